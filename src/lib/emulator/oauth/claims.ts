import { sha256 } from '../../ground/bytes.ts'
import { randomId } from '../format/ids.ts'
import type { Claims } from '../state/keys.ts'
import { type Grant, nowSeconds, type Session, type State } from '../state/state.ts'
import type { OrganizationClient } from '../world/organization-clients.ts'
import type { EmulatedPerson } from '../world/people.ts'

/** The claims of an ID token. It has a hash of the code or access token that it is issued with. */
export function idTokenClaims(
  state: State,
  grant: Grant,
  issuedWith: { readonly accessToken: string; readonly code?: string },
): Claims {
  const { issuer, settings } = state
  const { session, scopes, nonce } = grant
  const now = nowSeconds(state)
  return {
    iss: issuer,
    sub: subject(state, session),
    aud: [settings.clientId],
    azp: settings.clientId,
    client_id: settings.clientId,
    iat: now - settings.backdateIatSeconds,
    exp: now + settings.lifetimes.idTokenSeconds,
    at_hash: halfHash(issuedWith.accessToken),
    ...(issuedWith.code !== undefined && { c_hash: halfHash(issuedWith.code) }),
    ...(nonce !== undefined && { nonce }),
    ...authTime(state, session),
    amr: [session.connection.id],
    sid: session.id,
    ...organizationClaims(session),
    ...profileClaims(state, session, scopes),
    ...currentPerson(session).claims,
  }
}

/** Only on request: no documented Scalekit token has this claim. */
function authTime({ settings }: State, { authenticatedAt, startedAt }: Session): Claims {
  if (authenticatedAt === undefined && !settings.sendAuthTime) return {}
  return { auth_time: Math.floor((authenticatedAt ?? startedAt) / 1000) }
}

/** The profile claims that the scopes grant. */
export function profileClaims(
  { settings }: State,
  session: Session,
  scopes: readonly string[],
): Claims {
  const person = currentPerson(session)
  return {
    ...(scopes.includes('email') && { email: person.email, email_verified: person.emailVerified }),
    ...(scopes.includes('profile') && {
      name: person.name,
      given_name: person.givenName,
      family_name: person.familyName,
      // Scalekit's samples for full-stack authentication have no user name. Those for Modular SSO
      // do.
      ...(settings.product === 'sso' && { preferred_username: person.email }),
    }),
  }
}

/**
 * The claims of an access token. In Modular SSO it names no organization, session, roles or scope.
 */
export function accessTokenClaims(state: State, { session, scopes }: Grant): Claims {
  const { issuer, settings } = state
  const person = personInTokens(state, session)
  const now = nowSeconds(state)
  return {
    // First, so that they cannot replace the claims that follow.
    ...(settings.product === 'full-stack' && person.accessTokenClaims),
    iss: issuer,
    sub: subject(state, session),
    aud: [settings.clientId],
    client_id: settings.clientId,
    iat: now - settings.backdateIatSeconds,
    nbf: now,
    exp: now + settings.lifetimes.accessTokenSeconds,
    jti: randomId('tkn_'),
    ...(session.organization?.externalId && { xoid: session.organization.externalId }),
    ...(person.externalId && { xuid: person.externalId }),
    ...(settings.product === 'full-stack' && {
      ...organizationClaims(session),
      sid: session.id,
      // Roles belong to an organization, so there are none without one.
      roles: session.organization ? person.roles : [],
      permissions: session.organization ? person.permissions : [],
      scope: scopes.join(' '),
      ...metadataClaims(person, session),
    }),
  }
}

/** Claims of interceptors, and metadata. Empty ones are omitted. */
function metadataClaims(person: EmulatedPerson, { organization, customClaims }: Session): Claims {
  const claims = {
    // An interceptor's claims for this session are newer.
    custom_claims: { ...person.customClaims, ...customClaims },
    user_metadata: person.metadata,
    membership_metadata: organization ? person.membershipMetadata : {},
    org_metadata: organization?.metadata ?? {},
  }
  const present = Object.entries(claims).filter(([, value]) => Object.keys(value).length > 0)
  return Object.fromEntries(present)
}

/**
 * A token for a client of one organization. It only has `aud` and `custom_claims` if they are set.
 */
export function organizationTokenClaims(
  state: State,
  { id, organizationId, audience, customClaims, expirySeconds }: OrganizationClient,
  scopes: readonly string[],
): Claims {
  const now = nowSeconds(state)
  return {
    iss: state.issuer,
    sub: id,
    client_id: id,
    oid: organizationId,
    ...(audience.length > 0 && { aud: audience }),
    iat: now - state.settings.backdateIatSeconds,
    nbf: now,
    exp: now + expirySeconds,
    jti: randomId('tkn_'),
    scopes,
    ...(customClaims.length > 0 && {
      custom_claims: Object.fromEntries(customClaims.map(({ key, value }) => [key, value])),
    }),
  }
}

/** A token for the application itself. It only has an audience if one was configured. */
export function clientTokenClaims(state: State, scopes: readonly string[]): Claims {
  const { issuer, settings } = state
  const now = nowSeconds(state)
  return {
    iss: issuer,
    sub: settings.clientId,
    client_id: settings.clientId,
    iat: now,
    nbf: now,
    exp: now + settings.lifetimes.clientTokenSeconds,
    jti: randomId('tkn_'),
    scopes,
  }
}

export function subject({ settings }: State, { person, connection }: Session): string {
  return settings.product === 'sso' ? `${connection.id};${person.idpUserId}` : person.id
}

/** The person's current data: a refresh includes changes since the sign-in. */
export function currentPerson({ organization, person }: Session): EmulatedPerson {
  return organization?.people.find(({ id }) => id === person.id) ?? person
}

/** The person's data as in Scalekit's caches, which lag behind if the seed says so. */
function personInTokens({ formerPeople }: State, session: Session): EmulatedPerson {
  const { organization, person } = session
  const former = organization && formerPeople.find(organization, person)
  return former ?? currentPerson(session)
}

function organizationClaims({ organization }: Session): Claims {
  if (!organization) return {}
  const { id, externalId } = organization
  return { oid: id, ...(externalId !== undefined && { xoid: externalId }) }
}

/** OpenID Connect Core 3.1.3.6: the left half of the hash that belongs to RS256. */
function halfHash(value: string): string {
  return sha256(value).subarray(0, 16).toString('base64url')
}
