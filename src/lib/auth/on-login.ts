import type { IncomingMessage } from 'node:http'
import { LoginError } from '../ground/errors.ts'
import { answerInTime } from '../ground/hooks.ts'
import { isNames } from '../ground/is-names.ts'
import { isObject } from '../ground/is-object.ts'
import { plainOrQuoted, quote } from '../ground/log.ts'
import type { HookResult, Identity, Json, Tokens } from '../ground/types.ts'

/** What the application may look at before a user is let in. */
export interface LoginAttempt {
  readonly identity: Identity
  readonly tokens: Tokens
  readonly req: IncomingMessage
  /** The path the user will land on. */
  readonly returnTo: string
}

/** What the application may answer; nothing at all means welcome. */
export interface LoginDecision {
  /** Kept with the session and added to `req.scalekit.user`; a few short values. */
  readonly user?: Json
  /** In place of the roles of the access token, until the session ends. */
  readonly roles?: readonly string[]
  /** In place of the permissions of the access token, until the session ends. */
  readonly permissions?: readonly string[]
  /**
   * Refuses the sign-in. A string is the reason, for the log alone. `message` is shown to the visitor
   * as plain text: at most 500 characters.
   */
  readonly deny?: string | { readonly reason?: string; readonly message: string }
  /** Another path to land on. */
  readonly returnTo?: string
}

/**
 * Called after every check has passed and before the session exists. If it throws or takes longer than
 * 30 seconds, the sign-in is refused.
 */
export type OnLogin = (attempt: LoginAttempt) => HookResult<LoginDecision>

/**
 * Asks the application.
 *
 * @param onDecision Gets the names of what the application returned, also where that is a refusal.
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
  // As the cause, the reason is told to the log alone.
  const cause = new Error(reason ?? message)
  return new LoginError('login_denied', 'onLogin refused the sign-in', {
    cause,
    visitorMessage: message,
  })
}

/** A longer message would not fit on a page, and was hardly meant for a visitor. */
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

/** The longest list of names that is worth a line: a decision has five members at most. */
const maxNames = 10

/** Values may be about a person or secret, so only names are told. */
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

/** `false` and a misspelled `deny` were meant for a refusal; what anything else means is not known. */
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

/** Not when it is written: the session before would be over by then. */
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

/** One string with several names in it, or a name by itself, is no array: it would grant something else. */
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
