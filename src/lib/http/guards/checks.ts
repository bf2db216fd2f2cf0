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
  /** Logs each message as a warning once. */
  readonly warnOnce: (message: string) => void
}

/** The refusal, or `undefined` to let the caller pass. */
export type Verdict = Refusal | undefined

/**
 * Decides about a signed-in user or an accepted machine. Synchronous unless the check has to wait.
 */
export interface Check {
  (principal: Caller, req: IncomingMessage, parts: CheckParts): Verdict | Promise<Verdict>
  /**
   * Whether the check reads roles, permissions, scopes or claims. While these are unknown, the
   * guard responds with 503 and does not run the check.
   */
  readonly readsAuthority?: true
}

/** Passes users who have at least one of the roles. */
export function requiresRole(roles: readonly string[]): Check {
  return readingAuthority(({ roles: held }) =>
    roles.some((name) => held.includes(name)) ? undefined : refusals.roleRequired,
  )
}

/** Passes users who have all of the permissions. */
export function requiresPermissions(permissions: readonly string[]): Check {
  return readingAuthority(({ permissions: held }) =>
    permissions.every((name) => held.includes(name)) ? undefined : refusals.permissionRequired,
  )
}

/** Passes users whose token was granted all of the scopes. */
export function requiresScopes(scopes: readonly string[]): Check {
  const refusal = refusals.insufficientScope(scopes)
  return readingAuthority(({ scopes: held }) =>
    scopes.every((name) => held.includes(name)) ? undefined : refusal,
  )
}

/**
 * Passes users for whom the application's predicate returns `true`.
 *
 * @param name The name of the predicate in messages.
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

/**
 * A predicate receives the principal and may read any part of it, so it counts as reading
 * authority.
 */
function readingAuthority(
  check: (principal: Caller, req: IncomingMessage) => Verdict | Promise<Verdict>,
): Check {
  return Object.assign(check, { readsAuthority: true as const })
}
