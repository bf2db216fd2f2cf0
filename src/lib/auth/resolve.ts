import { authorizationUnavailable } from '../ground/authorization-unavailable.ts'
import { ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import { answerInTime } from '../ground/hooks.ts'
import { isNames } from '../ground/is-names.ts'
import { isObject } from '../ground/is-object.ts'
import { kindOf } from '../ground/kind-of.ts'
import { quote } from '../ground/log.ts'
import type { Identity, SessionClaims } from '../ground/types.ts'

/** Why the application is asked: a sign-in, the age of its last answer, or an event of Scalekit's. */
export type ResolveReason = 'sign-in' | 'age' | 'event'

/**
 * What a user may do, as `authorization.resolve` returns it. A member that is left out is as the newest
 * access token has it, also where an earlier answer named it.
 */
export interface Authorization {
  readonly roles?: readonly string[] | undefined
  readonly permissions?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  /** All the claims that `session.claims` names; others are ignored. */
  readonly claims?: SessionClaims | undefined
  /**
   * Refuses the sign-in, or ends the session. The reason goes to the log, not to the user.
   */
  readonly deny?: string | undefined
}

/**
 * Returns what a user may do. It gets what the session holds of the user, why it is asked, and the
 * user's access token where there is one. It has five seconds.
 */
export type AuthorizationResolve = (
  identity: Identity,
  context: { readonly reason: ResolveReason; readonly accessToken?: string },
) => Authorization | Promise<Authorization>

/** What the application answered, checked. Only members that it named are there. */
export type ResolveAnswer =
  | ({ readonly status: 'answered' } & {
      readonly roles?: readonly string[]
      readonly permissions?: readonly string[]
      readonly scopes?: readonly string[]
      readonly claims?: SessionClaims
    })
  | { readonly status: 'denied'; readonly reason: string }

/** Why the application is asked, and with what. */
export interface ResolveRequest {
  readonly reason: ResolveReason
  readonly accessToken?: string | undefined
  /** Default: 5 s. A request waits for the answer, and more often than for a sign-in. */
  readonly timeoutMs?: number
}

/**
 * Asks the application what the user may do.
 *
 * @throws {@link ScalekitError} `authorization_unavailable` when it throws, takes too long or returns
 *   something that is not understood
 */
export async function askApplication(
  resolve: AuthorizationResolve,
  identity: Identity,
  { reason, accessToken, timeoutMs = 5000 }: ResolveRequest,
): Promise<ResolveAnswer> {
  const context = { reason, ...(accessToken === undefined ? {} : { accessToken }) }
  try {
    return checked(await answerInTime(() => resolve(shown(identity), context), timeoutMs))
  } catch (cause) {
    throw authorizationUnavailable('`authorization.resolve` failed', cause)
  }
}

/** The key of the tokens is for the kit alone. */
function shown({ tokenKey: _, ...identity }: Identity): Identity {
  return deepFreeze(identity)
}

const lists = ['roles', 'permissions', 'scopes'] as const
const members: readonly string[] = [...lists, 'claims', 'deny']

type Given = Readonly<Record<string, unknown>>

/** Messages have names and kinds only: the values are about a user. */
function checked(answer: unknown): ResolveAnswer {
  if (!isPlain(answer)) throw malformed(`must return a plain object, not ${kindOf(answer)}`)
  const unknown = Object.keys(answer).find((name) => !members.includes(name))
  if (unknown !== undefined) throw malformed(`cannot return the member ${quote(unknown)}`)
  const { deny: reason } = answer
  if (typeof reason === 'string') return { status: 'denied', reason }
  if (reason !== undefined) throw malformed('must return a string as `deny`')
  return deepFreeze({ status: 'answered', ...listsIn(answer), ...claimsIn(answer) })
}

/** A Map, an Error or a row with getters would seem to name nothing. Realms differ: tests have several. */
function isPlain(value: unknown): value is Given {
  if (!isObject(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function listsIn(answer: Given): { readonly [Name in (typeof lists)[number]]?: readonly string[] } {
  const named = lists.filter((name) => answer[name] !== undefined)
  return Object.fromEntries(named.map((name) => [name, namesIn(name, answer[name])]))
}

function namesIn(member: string, value: unknown): readonly string[] {
  if (isNames(value)) return [...value]
  throw malformed(`must return an array of non-empty strings as \`${member}\``)
}

/** A copy, as a cookie or a store would give it back. */
function claimsIn({ claims }: Given): { readonly claims?: SessionClaims } {
  if (claims === undefined) return {}
  if (!isPlain(claims)) throw malformed('must return a plain object as `claims`')
  return { claims: JSON.parse(JSON.stringify(claims)) }
}

function malformed(problem: string): ScalekitError {
  return new ScalekitError('authorization_unavailable', `\`authorization.resolve\` ${problem}`, {
    hint: 'Return { roles, permissions, scopes, claims }, each of them optional, or { deny: reason }.',
  })
}
