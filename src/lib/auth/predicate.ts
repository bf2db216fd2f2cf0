import type { IncomingMessage } from 'node:http'
import { authorizationUnavailable } from '../ground/authorization-unavailable.ts'
import { answerNowOrInTime } from '../ground/hooks.ts'
import { kindOf } from '../ground/kind-of.ts'
import type { Caller, SignedIn } from './principal.ts'

/**
 * Decides whether a user may do what the request asks for. Only `true` lets the request pass. It
 * may be asynchronous, and times out after five seconds.
 *
 * @param principal The user, or the machine if the guard accepts machines.
 * @param req The request.
 * @returns whether the request may pass
 */
export type AccessPredicate<
  Req extends IncomingMessage = IncomingMessage,
  Who extends Caller = SignedIn,
> = (principal: Who, req: Req) => boolean | Promise<boolean>

/** Limits how long the predicate may take, in milliseconds, because the request waits for it. */
const timeoutMs = 5000

/**
 * Asks the application. The result is synchronous if the predicate's is.
 *
 * @param name The predicate's name in messages.
 * @throws {@link ScalekitError} `authorization_unavailable`, synchronously or as a rejection, if
 *   the predicate throws, times out, or returns neither true nor false: then the user's rights are
 *   unknown
 */
export function askPredicate(
  predicate: AccessPredicate<IncomingMessage, Caller>,
  principal: Caller,
  req: IncomingMessage,
  name: string,
): boolean | Promise<boolean> {
  const fail = (cause: unknown) => {
    throw authorizationUnavailable(`${name} failed`, cause)
  }
  const check = (answer: unknown) => trueOrFalse(answer, name)
  try {
    const answer = answerNowOrInTime(() => predicate(principal, req), timeoutMs)
    return answer instanceof Promise ? answer.then(check).catch(fail) : check(answer)
  } catch (error) {
    return fail(error)
  }
}

/** The message names only the kind of another value, because the value may be about the user. */
function trueOrFalse(answer: unknown, name: string): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError(`${name} must return true or false, not ${kindOf(answer)}`)
}
