import type { Caller, SignedIn } from '../../auth/principal.ts'
import type { View } from '../../auth/views.ts'
import { ConfigError } from '../../ground/errors.ts'
import { type BearerKind, bearerKinds } from '../../oidc/bearer-kinds.ts'
import type { Instance } from '../instance/instance.ts'
import { type Refusal, refusals } from './refusals.ts'

/** The default of `accepts`: a route that does not name machines refuses them. */
export const peopleOnly: readonly BearerKind[] = ['user']

/**
 * Returns the refusal of a caller that no check of a guard could accept. Returns `undefined` if the
 * caller may pass.
 */
export function refusalOf(
  { principal, bearer, login }: View,
  accepts: readonly BearerKind[] = peopleOnly,
): Refusal | undefined {
  if (principal.status === 'signed-out') {
    if (bearer?.refusal !== undefined) return refusals.invalidToken(bearer.refusal)
    return login ? { ...refusals.notSignedIn, login } : refusals.notSignedIn
  }
  if (accepts.includes(kindOf(principal))) return undefined
  return principal.user ? refusals.userNotAccepted : refusals.machineNotAccepted
}

/** Returns the user that one of the kit's routes is for, or the refusal if there is none. */
export function personIn(
  view: View,
): { readonly person: SignedIn } | { readonly person?: undefined; readonly refusal: Refusal } {
  const { principal } = view
  const refusal = refusalOf(view)
  if (refusal) return { refusal }
  return principal.status === 'signed-in'
    ? { person: principal }
    : { refusal: refusals.machineNotAccepted }
}

function kindOf({ client }: Caller): BearerKind {
  return client ? client.kind : 'user'
}

/**
 * Logs once that a guard accepts machines whose tokens `bearer.accepts` does not: they are refused
 * before the guard can accept them.
 */
export function warnOfOthers(
  { config, warnOnce }: Instance,
  accepts: readonly BearerKind[] = peopleOnly,
): void {
  const taken = config.bearer?.accepts ?? []
  const others = accepts.filter((kind) => kind !== 'user' && !taken.includes(kind))
  if (others.length === 0) return
  const names = others.map((kind) => JSON.stringify(kind)).join(', ')
  warnOnce(
    `bearer_kind_not_accepted: a guard accepts ${names}, but the option \`bearer.accepts\` does not, so their access tokens are refused. Write bearer: { accepts: ['user', 'organization-client'] }, with the kinds that you accept.`,
  )
}

/**
 * Refuses an `accepts` that is an empty array or names an unknown kind of caller.
 *
 * @throws {@link ConfigError} `config_invalid`
 */
export function assertAccepts(accepts: unknown): void {
  if (accepts === undefined) return
  const isList = Array.isArray(accepts) && accepts.length > 0
  if (isList && accepts.every((kind) => bearerKinds.includes(kind))) return
  const known = bearerKinds.map((kind) => JSON.stringify(kind)).join(', ')
  throw new ConfigError([`The \`accepts\` of a guard must be an array of ${known}`])
}
