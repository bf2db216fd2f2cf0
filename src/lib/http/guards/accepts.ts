import type { Caller, SignedIn } from '../../auth/principal.ts'
import type { View } from '../../auth/views.ts'
import { ConfigError } from '../../ground/errors.ts'
import { type BearerKind, bearerKinds } from '../../oidc/bearer-kinds.ts'
import { type Refusal, refusals } from './refusals.ts'

/** Without a word of the route, machines are kept out. */
export const peopleOnly: readonly BearerKind[] = ['user']

/** Why this view lets no request pass, whatever a guard checks. `undefined`: its caller may pass. */
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

/** The person that a route of the kit's is for, or why it answers none. */
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
 * Refuses a list that no caller is in, or that names a kind which does not exist.
 *
 * @throws {@link ConfigError}
 */
export function assertAccepts(accepts: unknown): void {
  if (accepts === undefined) return
  const isList = Array.isArray(accepts) && accepts.length > 0
  if (isList && accepts.every((kind) => bearerKinds.includes(kind))) return
  const known = bearerKinds.map((kind) => JSON.stringify(kind)).join(', ')
  throw new ConfigError([`The \`accepts\` of a guard must be an array of ${known}`])
}
