import { answerInTime, callHook } from '../ground/hooks.ts'
import { type Logger, quote, withFields } from '../ground/log.ts'
import {
  type AnyInterceptorHandler,
  handlersByPoint,
  type Interception,
  type InterceptorHandlers,
} from './interceptor-handlers.ts'
import type { InterceptorCall } from './interceptors.ts'

/** The decision when a handler throws, returns an invalid value, or takes too long. */
export type OnFailure = 'allow' | 'deny'

/** A decision in Scalekit's format. */
export interface InterceptorAnswer {
  readonly decision: 'ALLOW' | 'DENY'
  readonly error?: { readonly message: string }
  readonly response?: unknown
}

/** Asks the application for a decision. Never rejects, because Scalekit always needs a decision. */
export type Intercept = (call: InterceptorCall, id: string) => Promise<InterceptorAnswer>

/** The dependencies for deciding. */
export interface InterceptParts {
  readonly handlers: InterceptorHandlers
  readonly onFailure: OnFailure
  /** Maximum duration of a handler, in milliseconds. */
  readonly timeoutMs: number
  readonly logger: Logger
}

/**
 * Passes calls to the handlers of their trigger points. A call at a point without a handler is
 * allowed.
 */
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

/** An error of a handler may contain personal data, so only its kind is reported. */
function threw(cause: unknown): never {
  const kind = cause instanceof Error ? cause.name : typeof cause
  throw new Error(`threw ${quote(kind)}`, { cause })
}

/** `undefined` means ALLOW. An invalid value throws, because it could have meant either decision. */
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
