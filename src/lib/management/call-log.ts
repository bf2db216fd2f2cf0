import { errorFields } from '../ground/error-fields.ts'
import { debug, type Logger, plainOrQuoted } from '../ground/log.ts'
import type { Answer } from '../outgoing/transport.ts'
import { type Asked, nameOf, requestIdIn } from './answer.ts'

/** One attempt of a call: its number, the maximum, and its start by `performance.now()`. */
export interface AttemptLog {
  readonly logger: Logger
  readonly attempt: number
  readonly beganAt: number
}

/** Logs the response to an attempt. The query is left out. */
export function tellAnswer(answer: Answer, asked: Asked, log: AttemptLog): void {
  const requestId = requestIdIn(answer, asked)
  const named = requestId === undefined ? '' : `, request id ${plainOrQuoted(requestId)}`
  const message = `${nameOf(asked)} returned ${answer.status}${named}`
  tell(log, message, { requestId })
}

/** Logs that an attempt got no response, with the error's code. */
export function tellNoAnswer(error: unknown, asked: Asked, log: AttemptLog): void {
  const fields = errorFields(error)
  tell(log, `${nameOf(asked)} got no answer (${fields.code ?? 'unexpected'})`, fields)
}

function tell(
  { logger, attempt, beganAt }: AttemptLog,
  message: string,
  fields: Parameters<typeof debug>[2],
): void {
  const tookMs = Math.round(performance.now() - beganAt)
  debug(logger, `Scalekit API: ${message}, attempt ${attempt}, ${tookMs} ms`, fields)
}
