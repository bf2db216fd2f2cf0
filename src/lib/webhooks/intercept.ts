import { answerInTime, callHook } from '../ground/hooks.ts'
import { type Logger, quote, withFields } from '../ground/log.ts'
import {
  type AnyInterceptorHandler,
  handlersByPoint,
  type Interception,
  type InterceptorHandlers,
} from './interceptor-handlers.ts'
import type { InterceptorCall } from './interceptors.ts'

/** What is answered where a handler throws, answers something else, or takes too long. */
export type OnFailure = 'allow' | 'deny'

/** Scalekit's shape of a decision. */
export interface InterceptorAnswer {
  readonly decision: 'ALLOW' | 'DENY'
  readonly error?: { readonly message: string }
  readonly response?: unknown
}

/** Asks the application. It never rejects: Scalekit wants a decision, whatever happens. */
export type Intercept = (call: InterceptorCall, id: string) => Promise<InterceptorAnswer>

/** What it takes to decide. */
export interface InterceptParts {
  readonly handlers: InterceptorHandlers
  readonly onFailure: OnFailure
  /** How long a handler may take, in milliseconds. */
  readonly timeoutMs: number
  readonly logger: Logger
}

/** Brings calls to the handlers of their points; a point without one is nobody's concern. */
export function interceptWith({
  handlers,
  onFailure,
  timeoutMs,
  logger,
}: InterceptParts): Intercept {
  const handlerByPoint = handlersByPoint(handlers)

  return async function intercept(call, id) {
    const point = quote(call.trigger_point)
    const handler = handlerByPoint.get(call.trigger_point)
    const log = withFields(logger, { deliveryId: id })
    if (!handler) {
      log.warn(`interceptor ${point} has no handler, so the decision is ALLOW`)
      return { decision: 'ALLOW' }
    }
    try {
      return await inTime(handler, call, { interceptionId: id, log })
    } catch (error) {
      const decision = onFailure === 'allow' ? 'ALLOW' : 'DENY'
      const reason = (error as Error).message
      log.error(`interceptor ${point}: the handler ${reason}, so the decision is ${decision}`)
      return { decision }
    }
  }

  async function inTime(
    handler: AnyInterceptorHandler,
    call: InterceptorCall,
    known: Pick<Interception, 'interceptionId' | 'log'>,
  ): Promise<InterceptorAnswer> {
    const abandoned = new AbortController()
    const interception = { ...known, signal: abandoned.signal }
    const decide = () => callHook(() => handler(call, interception)).catch(threw)
    try {
      return answerOf(await answerInTime(decide, timeoutMs))
    } catch (error) {
      abandoned.abort()
      throw error
    }
  }
}

/** What handlers throw may hold anything about anybody, so only its kind is told. */
function threw(cause: unknown): never {
  const kind = cause instanceof Error ? cause.name : typeof cause
  throw new Error(`threw ${quote(kind)}`, { cause })
}

/** No answer allows; what looks like an answer and is none could have meant either. */
function answerOf(answered: unknown): InterceptorAnswer {
  if (answered === undefined) return { decision: 'ALLOW' }
  const { decision, message, response } = Object(answered) as Readonly<Record<string, unknown>>
  if (decision === 'ALLOW') return { decision, ...(response ? { response: asJson(response) } : {}) }
  if (decision === 'DENY')
    return { decision, ...(message ? { error: { message: String(message) } } : {}) }
  throw new Error('returned neither ALLOW nor DENY')
}

function asJson(response: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(response))
  } catch (cause) {
    throw new Error('returned a response that cannot be written as JSON', { cause })
  }
}
