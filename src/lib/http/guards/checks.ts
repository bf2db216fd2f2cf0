import type { IncomingMessage } from 'node:http'
import type { SignedIn } from '../../auth/principal.ts'
import type { Instance } from '../instance/instance.ts'
import { type Refusal, refusals } from './refusals.ts'

/** Answers why not, or `undefined` to let through. */
export type Check = (
  principal: SignedIn,
  req: IncomingMessage,
  instance: Pick<Instance, 'clock' | 'logger' | 'warnOnce'>,
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
