import type { Clock } from '../../ground/clock.ts'
import { emulatorInterceptorSecret } from '../../ground/sample-secrets.ts'
import type { Json } from '../../ground/types.ts'
import type { InterceptorCall, TriggerPoint } from '../../webhooks/interceptors.ts'
import { signInterceptor } from '../../webhooks/signature.ts'
import { randomId } from '../format/ids.ts'
import { ask, type Reply } from './ask.ts'
import {
  type EmulatedInterceptor,
  type EmulatedInterceptorCall,
  triggerPoints,
} from './interceptor.ts'

/** Whether the operation may continue, and the interceptor's additions. */
export type Decision =
  | { readonly decision: 'ALLOW'; readonly response: Json }
  | { readonly decision: 'DENY'; readonly message: string }

/** Asks the registered endpoints. */
export interface Interceptors {
  /** The currently registered endpoints. */
  readonly registered: readonly Required<EmulatedInterceptor>[]
  /** The latest calls, oldest first. */
  readonly calls: readonly EmulatedInterceptorCall[]
  /** @returns a function that removes it again */
  add(interceptor: EmulatedInterceptor): () => void
  /** Asks the endpoints of the trigger point in the order of registration, until one denies. */
  ask(call: InterceptorCall): Promise<Decision>
  /** Aborts the pending requests. */
  close(): void
}

export interface InterceptorSettings {
  /** The endpoints that are registered at startup. */
  readonly interceptors: readonly EmulatedInterceptor[]
  /** The clock with which receivers compare timestamps. `advance` does not move it. */
  readonly clock: Clock
}

/** Maximum number of requests that are remembered. */
const maxCalls = 200

const defaults = {
  secret: emulatorInterceptorSecret,
  onFailure: 'deny',
  timeoutSeconds: 5,
} as const

export function createInterceptors(settings: InterceptorSettings, clock: Clock): Interceptors {
  const closing = new AbortController()
  const registered: Required<EmulatedInterceptor>[] = []
  const calls: EmulatedInterceptorCall[] = []

  function add(given: EmulatedInterceptor): () => void {
    const interceptor = { ...defaults, ...given }
    assertUsable(interceptor)
    registered.push(interceptor)
    return () => {
      const at = registered.indexOf(interceptor)
      if (at >= 0) registered.splice(at, 1)
    }
  }
  for (const interceptor of settings.interceptors) add(interceptor)

  async function askOne(interceptor: Required<EmulatedInterceptor>, given: InterceptorCall) {
    const { triggerPoint, url, secret, timeoutSeconds, onFailure } = interceptor
    const id = randomId('int_')
    const at = clock()
    const call = { display_name: 'Interceptor of the emulator', ...given }
    const timestamp = Math.floor(settings.clock() / 1000)
    const question = { id, url, secret, timestamp, timeoutSeconds, body: JSON.stringify(call) }
    const reply = await ask(question, closing.signal)
    const {
      decision = onFailure === 'allow' ? 'ALLOW' : 'DENY',
      response,
      message,
      ...known
    } = reply
    calls.push({ id, triggerPoint, url, at, call, ...known, decision })
    if (calls.length > maxCalls) calls.shift()
    return { ...reply, decision }
  }

  return {
    registered,
    calls,
    add,
    async ask(call) {
      let response: Json = {}
      for (const interceptor of registered.filter(isFor(call.trigger_point))) {
        const reply = await askOne(interceptor, call)
        if (reply.decision === 'DENY') return { decision: 'DENY', message: messageOf(reply) }
        response = { ...response, ...reply.response }
      }
      return { decision: 'ALLOW', response }
    },
    close: () => closing.abort(),
  }
}

function isFor(point: TriggerPoint): (interceptor: EmulatedInterceptor) => boolean {
  return ({ triggerPoint }) => triggerPoint === point
}

function messageOf({ message, failure }: Reply): string {
  if (message !== undefined) return message
  return failure === undefined ? 'An interceptor denied this' : 'An interceptor did not decide'
}

/** Checked at registration, not when a user is waiting. */
function assertUsable(interceptor: Required<EmulatedInterceptor>): void {
  const { triggerPoint, url, secret, onFailure, timeoutSeconds } = interceptor
  if (!triggerPoints.has(triggerPoint)) {
    throw new Error(
      `The trigger point of an interceptor must be one of ${[...triggerPoints].join(', ')}, not ${triggerPoint}`,
    )
  }
  if (!URL.canParse(url)) throw new Error(`The URL of an interceptor must be absolute, not ${url}`)
  if (onFailure !== 'allow' && onFailure !== 'deny') {
    throw new Error('`onFailure` of an interceptor must be "allow" or "deny"')
  }
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 60)) {
    throw new Error('`timeoutSeconds` of an interceptor must be more than 0 and at most 60')
  }
  signInterceptor({ id: 'check', body: '', secret })
}
