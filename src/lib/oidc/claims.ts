import { LoginError } from '../ground/errors.ts'
import type { Identity, Pins } from '../ground/types.ts'
import type { IdTokenClaims } from './id-token.ts'

/** The user and organization that an ID token names, by the kit's names. */
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

/** Maps verified claims to a profile. A value with an unexpected type is left out. */
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
    // False without an email address: `onLogin` may add one, which no provider has verified.
    emailVerified: email !== undefined && claims.email_verified === true,
    sid: text(claims.sid),
    authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
  })
}

/**
 * `amr` names the connection. If it does not, the subject of single sign-on starts with the
 * connection's id.
 */
function connectionOf(claims: IdTokenClaims): {
  connectionId?: string | undefined
  idpUserId?: string
} {
  const methods = Array.isArray(claims.amr) ? claims.amr : []
  const named = methods.find((method) => typeof method === 'string' && method.startsWith('conn_'))
  const { sub } = claims
  const prefixEnd = sub.startsWith('conn_') ? sub.indexOf(';') : -1
  if (prefixEnd < 0) return { connectionId: named }
  return {
    connectionId: named ?? sub.slice(0, prefixEnd),
    idpUserId: sub.slice(prefixEnd + 1),
  }
}

/**
 * Refuses a sign-in that ended at another organization or through another connection than
 * requested.
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
  // Roles come from the access token. They must not belong to another organization.
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

/** Copies in a loop, because each new access token comes through here. */
function withoutUndefined<Shape extends object>(shape: Shape): Defined<Shape> {
  const defined: Partial<Shape> = {}
  for (const name in shape) {
    if (shape[name] !== undefined) defined[name] = shape[name]
  }
  return defined as Defined<Shape>
}
