import { nonEmptyString, strings } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type BearerKind, bearerKinds } from '../oidc/bearer-kinds.ts'
import { type Read, type RootScope, readGroup } from './group.ts'

/** The reader of each option of `bearer`. */
export const bearerReaders = {
  /** If there are several, any of them may match. `undefined` stands for this client's own id. */
  audience: (value: unknown): readonly string[] | undefined => names(value),
  /**
   * If there are several, any of them may match. `undefined` stands for the environment's issuer.
   */
  issuers: (value: unknown): readonly string[] | undefined => names(value),
  accepts: (value: unknown = ['user']): readonly BearerKind[] => kinds(value),
}

/** The options of `bearer`, read. */
export type BearerConfig = Read<typeof bearerReaders>

/** Reads `bearer`. `undefined` if no access tokens are accepted. */
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

/** The default lifetime of tokens of clients: a day. */
const leastSeconds = 86_400

/**
 * The longest time for which a session or an access token is accepted, in seconds. Revocations are
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
