import type { IncomingMessage } from 'node:http'
import { type AccessPredicate, askPredicate } from '../../auth/predicate.ts'
import type { Caller } from '../../auth/principal.ts'
import type { Clock } from '../../ground/clock.ts'
import type { Logger } from '../../ground/log.ts'
import { type Refusal, refusals } from './refusals.ts'

/** The members of an instance that checks need. */
export interface CheckParts {
  readonly clock: Clock
  readonly logger: Logger
  /** Warns of each message once. */
  readonly warnOnce: (message: string) => void
}

/** Why not, or `undefined` to let through. */
export type Verdict = Refusal | undefined

/** Decides about a user who is signed in, or a machine that is accepted; at once wherever it can. */
export interface Check {
  (principal: Caller, req: IncomingMessage, parts: CheckParts): Verdict | Promise<Verdict>
  /**
   * Whether it looks at what the user may do: roles, permissions, scopes, claims. It cannot decide
   * while that is not known.
   */
  readonly readsAuthority?: true
}

/** Lets users through who have at least one of the roles. */
export function requiresRole(roles: readonly string[]): Check {
  return readingAuthority(({ roles: held }) =>
    roles.some((name) => held.includes(name)) ? undefined : refusals.roleRequired,
  )
}

/** Lets users through who have every one of the permissions. */
export function requiresPermissions(permissions: readonly string[]): Check {
  return readingAuthority(({ permissions: held }) =>
    permissions.every((name) => held.includes(name)) ? undefined : refusals.permissionRequired,
  )
}

/** Lets users through whose token was granted every one of the scopes. */
export function requiresScopes(scopes: readonly string[]): Check {
  const refusal = refusals.insufficientScope(scopes)
  return readingAuthority(({ scopes: held }) =>
    scopes.every((name) => held.includes(name)) ? undefined : refusal,
  )
}

/**
 * Lets users through whom the application lets through.
 *
 * @param name What the predicate is called in messages.
 */
export function requiresPredicate(
  predicate: AccessPredicate<IncomingMessage, Caller>,
  refusal: Refusal,
  name: string,
): Check {
  const verdict = (isAllowed: boolean) => (isAllowed ? undefined : refusal)
  return readingAuthority((principal, req) => {
    const answer = askPredicate(predicate, principal, req, name)
    return typeof answer === 'boolean' ? verdict(answer) : answer.then(verdict)
  })
}

/** A predicate gets the principal, so it may read anything. */
function readingAuthority(
  check: (principal: Caller, req: IncomingMessage) => Verdict | Promise<Verdict>,
): Check {
  return Object.assign(check, { readsAuthority: true as const })
}
