import type { IncomingMessage } from 'node:http'
import { authorizationUnavailable } from '../ground/authorization-unavailable.ts'
import { answerNowOrInTime } from '../ground/hooks.ts'
import { kindOf } from '../ground/kind-of.ts'
import type { Caller, SignedIn } from './principal.ts'

/**
 * Says whether a user may do what the request asks for: only `true` lets it pass. It may look things
 * up, and has five seconds.
 */
export type AccessPredicate<
  Req extends IncomingMessage = IncomingMessage,
  Who extends Caller = SignedIn,
> = (principal: Who, req: Req) => boolean | Promise<boolean>

/** A request waits for it, and so does every request behind the same guard. */
const timeoutMs = 5000

/**
 * Asks the application. Nothing is waited for where it answers at once.
 *
 * @param name What the function is called in messages.
 * @throws {@link ScalekitError} `authorization_unavailable`, at once or later, when the predicate throws,
 *   takes too long or answers neither true nor false: then nothing is known about the user
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

/** Of anything else its kind is told: it may hold something about the user. */
function trueOrFalse(answer: unknown, name: string): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError(`${name} must return true or false, not ${kindOf(answer)}`)
}
