import type { IncomingMessage } from 'node:http'
import { LoginError } from '../ground/errors.ts'
import { answerInTime } from '../ground/hooks.ts'
import { isNames } from '../ground/is-names.ts'
import { isObject } from '../ground/is-object.ts'
import { plainOrQuoted, quote } from '../ground/log.ts'
import type { HookResult, Identity, Json, Tokens } from '../ground/types.ts'

/** A sign-in, as `onLogin` receives it before there is a session. */
export interface LoginAttempt {
  /** The verified identity, frozen. `identity.claims` has all claims of both tokens. */
  readonly identity: Identity
  /** The tokens from Scalekit. They are secret. */
  readonly tokens: Tokens
  /** The request of the callback. */
  readonly req: IncomingMessage
  /** The path to which the user is redirected. */
  readonly returnTo: string
}

/** The decision about a sign-in. `undefined` accepts it unchanged. */
export interface LoginDecision {
  /**
   * Values that are stored with the session and added to `req.scalekit.user`, as JSON. Keep them
   * short.
   */
  readonly user?: Json
  /** Replaces the roles of the access token until the session ends. */
  readonly roles?: readonly string[]
  /** Replaces the permissions of the access token until the session ends. */
  readonly permissions?: readonly string[]
  /**
   * Refuses the sign-in. A string is the reason, which only the log contains. `message` is shown to
   * the user as plain text: 1 to 500 characters.
   */
  readonly deny?: string | { readonly reason?: string; readonly message: string }
  /** Replaces the path to which the user is redirected. */
  readonly returnTo?: string
}

/**
 * Called after all checks have passed and before the session exists. If it throws or takes longer
 * than 30 seconds, the sign-in is refused with `on_login_failed`.
 *
 * @param attempt The sign-in, with the claims of both tokens.
 * @returns the decision; `undefined` accepts the sign-in
 *
 * @example
 * const onLogin: OnLogin = async ({ identity }) => {
 *   const account = await accounts.find(identity.sub)
 *   if (account?.isBlocked) return { deny: { reason: 'blocked', message: 'This account is blocked.' } }
 *   return { user: { plan: account?.plan ?? 'free' } }
 * }
 */
export type OnLogin = (attempt: LoginAttempt) => HookResult<LoginDecision>

/**
 * Asks `onLogin` for its decision.
 *
 * @param onDecision Receives the names of the members that `onLogin` returned, also for a refusal.
 * @throws {@link LoginError} `login_denied` or `on_login_failed`
 */
export async function decide(
  onLogin: OnLogin | undefined,
  attempt: LoginAttempt,
  onDecision: (names: string) => void = () => {},
): Promise<LoginDecision> {
  const decision = (await ask(onLogin, attempt)) ?? {}
  if (onLogin) onDecision(namesIn(decision))
  assertUnderstood(decision)
  if (decision.deny !== undefined) throw denied(decision.deny)
  assertKeepable(decision.user)
  assertNames(decision, 'roles')
  assertNames(decision, 'permissions')
  return decision
}

function denied(deny: unknown): LoginError {
  const { reason, message } = isObject(deny) ? denialIn(deny) : { reason: String(deny) }
  // The reason is the cause, so only the log contains it.
  const cause = new Error(reason ?? message)
  return new LoginError('login_denied', 'onLogin refused the sign-in', {
    cause,
    visitorMessage: message,
  })
}

/**
 * The longest message, in characters. A longer one would not fit on a page, and was probably not
 * meant for the user.
 */
const maxMessageLength = 500

function denialIn(deny: Json): { readonly reason?: string; readonly message?: string } {
  const { reason, message, ...others } = deny
  const isMessage =
    typeof message === 'string' && message !== '' && message.length <= maxMessageLength
  const isReason = reason === undefined || typeof reason === 'string'
  if (isMessage && isReason && Object.keys(others).length === 0) {
    return reason === undefined ? { message } : { reason, message }
  }
  throw new LoginError(
    'on_login_failed',
    `onLogin’s \`deny\` must be a string, or { reason, message } with a message of 1 to ${maxMessageLength} characters`,
    { hint: 'Return { deny: "why, for the log" } to show the visitor no message of yours.' },
  )
}

/** The largest number of names in a log line. A decision has at most five members. */
const maxNames = 10

/** Only names are logged: the values may be personal or secret. */
function namesIn(decision: unknown): string {
  if (typeof decision !== 'object' || decision === null) return typeof decision
  if (Array.isArray(decision)) return 'an array'
  const names = Object.keys(decision).slice(0, maxNames).map(plainOrQuoted)
  return names.length === 0 ? 'nothing' : names.join(', ')
}

const members: readonly (keyof LoginDecision)[] = [
  'user',
  'roles',
  'permissions',
  'deny',
  'returnTo',
]

/**
 * Rejects a decision with unknown members. `false` and a misspelled `deny` were meant as a refusal.
 */
function assertUnderstood(decision: LoginDecision): void {
  if (typeof decision !== 'object' || Array.isArray(decision)) {
    throw notUnderstood(`onLogin must return an object or undefined, not ${kindOf(decision)}`)
  }
  const unknown = Object.keys(decision).find((name) => !members.some((known) => known === name))
  if (unknown !== undefined)
    throw notUnderstood(`${quote(unknown)} is not a member that onLogin can return`)
}

function kindOf(decision: unknown): string {
  if (typeof decision === 'boolean') return String(decision)
  return Array.isArray(decision) ? 'an array' : `a ${typeof decision}`
}

function notUnderstood(message: string): LoginError {
  return new LoginError('on_login_failed', message, {
    hint: 'To refuse a sign-in, return { deny: reason }. To accept it, return { user }, { roles, permissions }, { returnTo } or undefined.',
  })
}

/** Checked before the session is written: by then, the previous session would have ended. */
function assertKeepable(user: unknown): void {
  if (user === undefined || user === null) return
  const hint = 'Return a few JSON values, such as { user: { plan: "pro" } }.'
  if (typeof user !== 'object' || Array.isArray(user)) {
    throw new LoginError('on_login_failed', 'onLogin’s `user` must be an object', { hint })
  }
  try {
    JSON.stringify(user)
  } catch (cause) {
    throw new LoginError('on_login_failed', 'onLogin’s `user` cannot be written as JSON', {
      hint,
      cause,
    })
  }
}

/** Requires an array. A string such as `'admin editor'` would grant something else. */
function assertNames(decision: LoginDecision, member: 'roles' | 'permissions'): void {
  const value: unknown = decision[member]
  if (value === undefined || isNames(value)) return
  throw new LoginError(
    'on_login_failed',
    `onLogin’s \`${member}\` must be an array of non-empty strings`,
    { hint: 'To leave what the access token says, leave it out.' },
  )
}

async function ask(
  onLogin: OnLogin | undefined,
  attempt: LoginAttempt,
): Promise<Awaited<HookResult<LoginDecision>>> {
  try {
    return await answerInTime(() => onLogin?.(attempt))
  } catch (cause) {
    throw new LoginError('on_login_failed', 'onLogin failed, so the sign-in was refused', { cause })
  }
}
