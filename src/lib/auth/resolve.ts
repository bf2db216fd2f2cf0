import { authorizationUnavailable } from '../ground/authorization-unavailable.ts'
import { ScalekitError } from '../ground/errors.ts'
import { deepFreeze } from '../ground/freeze.ts'
import { answerInTime } from '../ground/hooks.ts'
import { isNames } from '../ground/is-names.ts'
import { isObject } from '../ground/is-object.ts'
import { kindOf } from '../ground/kind-of.ts'
import { quote } from '../ground/log.ts'
import type { Identity, SessionClaims } from '../ground/types.ts'

/**
 * Why `authorization.resolve` is called: a sign-in, the age of its last answer, or an event of
 * Scalekit's.
 */
export type ResolveReason = 'sign-in' | 'age' | 'event'

/**
 * The authority of a user, as `authorization.resolve` returns it. A member that is left out has the
 * value of the newest access token, even if an earlier answer named it.
 */
export interface Authorization {
  readonly roles?: readonly string[] | undefined
  readonly permissions?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  /** All claims that `session.claims` names. Others are ignored. */
  readonly claims?: SessionClaims | undefined
  /**
   * Refuses the sign-in, or ends the session. Only the log contains the reason; the user does not
   * see it.
   */
  readonly deny?: string | undefined
}

/**
 * Returns what a user may do. It times out after five seconds.
 *
 * @param identity The session's data about the user, without keys.
 * @param context `reason`: why it is called. `accessToken`: the user's access token, if there is a
 *   valid one.
 * @returns members that replace those of the access token, or `deny`
 *
 * @example
 * const resolve: AuthorizationResolve = async ({ sub, organizationId }) => {
 *   const member = await members.find(organizationId, sub)
 *   return member ? { roles: member.roles } : { deny: 'not a member' }
 * }
 */
export type AuthorizationResolve = (
  identity: Identity,
  context: { readonly reason: ResolveReason; readonly accessToken?: string },
) => Authorization | Promise<Authorization>

/** The checked answer of the application. It only has members that the application returned. */
export type ResolveAnswer =
  | ({ readonly status: 'answered' } & {
      readonly roles?: readonly string[]
      readonly permissions?: readonly string[]
      readonly scopes?: readonly string[]
      readonly claims?: SessionClaims
    })
  | { readonly status: 'denied'; readonly reason: string }

/** The context of a call. */
export interface ResolveRequest {
  readonly reason: ResolveReason
  readonly accessToken?: string | undefined
  /**
   * The timeout, in milliseconds. Default: 5000. It is shorter than that of `onLogin`, because
   * ordinary requests wait for it.
   */
  readonly timeoutMs?: number
}

/**
 * Asks the application what the user may do.
 *
 * @throws {@link ScalekitError} `authorization_unavailable` if `authorization.resolve` throws,
 *   times out or returns a malformed value
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

/** Removes the key of the tokens, which only the kit may use. */
function shown({ tokenKey: _, ...identity }: Identity): Identity {
  return deepFreeze(identity)
}

const lists = ['roles', 'permissions', 'scopes'] as const
const members: readonly string[] = [...lists, 'claims', 'deny']

type Given = Readonly<Record<string, unknown>>

/** Messages contain only names and kinds, because the values are about a user. */
function checked(answer: unknown): ResolveAnswer {
  if (!isPlain(answer)) throw malformed(`must return a plain object, not ${kindOf(answer)}`)
  const unknown = Object.keys(answer).find((name) => !members.includes(name))
  if (unknown !== undefined) throw malformed(`cannot return the member ${quote(unknown)}`)
  const { deny: reason } = answer
  if (typeof reason === 'string') return { status: 'denied', reason }
  if (reason !== undefined) throw malformed('must return a string as `deny`')
  return deepFreeze({ status: 'answered', ...listsIn(answer), ...claimsIn(answer) })
}

/**
 * Refuses a Map, an Error or a row with getters: it has no own members, so it would seem to replace
 * nothing. Prototypes are not compared with this realm's, because tests run in several realms.
 */
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

/** Copies the claims as JSON, as a cookie or a store would return them. */
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
