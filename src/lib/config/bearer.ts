import { nonEmptyString, strings } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type BearerKind, bearerKinds } from '../oidc/bearer-kinds.ts'
import { type Read, type RootScope, readGroup } from './group.ts'

/** How each option of `bearer` is read. */
export const bearerReaders = {
  /** Any of these; `undefined` for this client's own id. */
  audience: (value: unknown): readonly string[] | undefined => names(value),
  /** Any of these; `undefined` for the environment's. */
  issuers: (value: unknown): readonly string[] | undefined => names(value),
  accepts: (value: unknown = ['user']): readonly BearerKind[] => kinds(value),
}

/** `bearer` as it was read. */
export type BearerConfig = Read<typeof bearerReaders>

/** Which access tokens count; `undefined` where none does. */
export function readBearer(value: unknown, scope: RootScope): BearerConfig | undefined {
  if (value === undefined) return undefined
  if (isObject(value)) return readGroup('bearer', value, bearerReaders, scope)
  throw new Error("must be an object, such as {} or { accepts: ['user'] }")
}

function names(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list = [value].flat()
  if (list.length === 0) throw new Error('is an empty array: name at least one')
  return list.map((name) => nonEmptyString(name))
}

function kinds(value: unknown): readonly BearerKind[] {
  const list = strings(value, bearerKinds)
  if (list.length === 0) throw new Error('is an empty array: name at least one')
  return list
}

/** Tokens of clients last a day by default. */
const leastSeconds = 86_400

/**
 * How long a session or an access token may count after its begin, in seconds. What revokes one is
 * kept for as long.
 */
export function longestSeconds({
  session,
  bearer,
}: {
  readonly session: { readonly absoluteSeconds: number }
  readonly bearer: BearerConfig | undefined
}): number {
  return bearer ? Math.max(session.absoluteSeconds, leastSeconds) : session.absoluteSeconds
}
