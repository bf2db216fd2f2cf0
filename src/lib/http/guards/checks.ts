import type { IncomingMessage } from 'node:http'
import type { SignedIn } from '../../auth/principal.ts'
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

/** Answers why not, or `undefined` to let through. */
export type Check = (
  principal: SignedIn,
  req: IncomingMessage,
  parts: CheckParts,
) => Refusal | undefined

/** Lets through whoever has at least one of the roles. */
export function requiresRole(roles: readonly string[]): Check {
  return ({ roles: held }) =>
    roles.some((name) => held.includes(name)) ? undefined : refusals.roleRequired
}

/** Lets through whoever has every one of the permissions. */
export function requiresPermissions(permissions: readonly string[]): Check {
  return ({ permissions: held }) =>
    permissions.every((name) => held.includes(name)) ? undefined : refusals.permissionRequired
}
