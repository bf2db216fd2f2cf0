import { LoginError } from '../ground/errors.ts'
import type { Identity, Pins } from '../ground/types.ts'
import type { IdTokenClaims } from './id-token.ts'

/** What an ID token says about a person and where they belong, in our words. */
export type Profile = Pick<
  Identity,
  | 'sub'
  | 'iss'
  | 'organizationId'
  | 'externalOrganizationId'
  | 'connectionId'
  | 'idpUserId'
  | 'email'
  | 'emailVerified'
  | 'sid'
  | 'authenticatedAt'
>

/** Translates verified claims, keeping a value only when it has the type it should have. */
export function profileOf(claims: IdTokenClaims): Profile {
  const { connectionId, idpUserId } = connectionOf(claims)
  const email = text(claims.email)
  const authTime = claims.auth_time
  return withoutUndefined({
    sub: claims.sub,
    iss: claims.iss,
    organizationId: text(claims.oid),
    externalOrganizationId: text(claims.xoid),
    connectionId,
    idpUserId,
    email,
    // Never without an address: `onLogin` may add one, and nobody verified that.
    emailVerified: email !== undefined && claims.email_verified === true,
    sid: text(claims.sid),
    authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
  })
}

/** `amr` names the connection; failing that, the subject of single sign-on starts with it. */
function connectionOf(claims: IdTokenClaims): { connectionId?: string; idpUserId?: string } {
  const methods = Array.isArray(claims.amr) ? claims.amr : []
  const named = methods.find((method) => typeof method === 'string' && method.startsWith('conn_'))
  const [prefix, ...rest] = claims.sub.split(';')
  const isPrefixed = rest.length > 0 && prefix!.startsWith('conn_')
  return withoutUndefined({
    connectionId: named ?? (isPrefixed ? prefix : undefined),
    idpUserId: isPrefixed ? rest.join(';') : undefined,
  })
}

/**
 * Refuses a sign-in that ended somewhere else than it was sent: at another organization or
 * through another connection.
 *
 * @throws {@link LoginError} `login_target_mismatch`
 */
export function assertPinned(pins: Pins, profile: Profile, tokenOrganizationId?: string): void {
  const { organizationId, externalOrganizationId, connectionId } = profile
  const isOther = (pinned: string | undefined, came: string | undefined) =>
    pinned !== undefined && pinned !== came
  if (isOther(pins.connectionId, connectionId)) throw mismatch('connection')
  if (isOther(pins.organizationId, organizationId)) throw mismatch('organization')
  if (isOther(pins.externalOrganizationId, externalOrganizationId)) throw mismatch('organization')
  if (pins.externalOrganizationId !== undefined && organizationId === undefined) {
    throw mismatch('organization')
  }
  // Roles come from the access token: they must not be another organization's.
  if (isOther(tokenOrganizationId, organizationId)) throw mismatch('organization')
}

function mismatch(what: string): LoginError {
  return new LoginError(
    'login_target_mismatch',
    `The sign-in ended at another ${what} than the one it began for`,
  )
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

type Defined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> }

function withoutUndefined<Shape extends object>(shape: Shape): Defined<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Defined<Shape>
}
