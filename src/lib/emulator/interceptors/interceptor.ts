import type { InterceptorCall, TriggerPoint } from '../../webhooks/interceptors.ts'

/** All trigger points at which the emulator asks. */
export const triggerPoints: ReadonlySet<TriggerPoint> = new Set([
  'PRE_SIGNUP',
  'PRE_SESSION_CREATION',
  'PRE_USER_INVITATION',
  'PRE_M2M_TOKEN_CREATION',
] as const)

/** An endpoint that the emulator asks before an operation. The operation waits for its decision. */
export interface EmulatedInterceptor {
  /** The operation about which the endpoint is asked. */
  readonly triggerPoint: TriggerPoint
  readonly url: string
  /** `whsec_` and base64. Default: {@link Emulator.interceptorSecret}. */
  readonly secret?: string
  /**
   * The decision if the endpoint does not respond in time, or not with 200 and a decision. `deny`
   * fails closed, `allow` fails open. Default: `deny`.
   */
  readonly onFailure?: 'allow' | 'deny'
  /** Maximum response time in seconds, greater than 0. Default: 5. */
  readonly timeoutSeconds?: number
}

/** A request to an interceptor, with its result. */
export interface EmulatedInterceptorCall {
  /** The `interceptor-id`. */
  readonly id: string
  readonly triggerPoint: TriggerPoint
  readonly url: string
  /** When it was sent, in milliseconds since the epoch, by the emulator's clock. */
  readonly at: number
  /** The body of the request. */
  readonly call: InterceptorCall
  /** Absent if there was no response. */
  readonly status?: number
  /** The body of the response, if it was JSON. */
  readonly answer?: unknown
  readonly decision: 'ALLOW' | 'DENY'
  /** The reason why `onFailure` decided. Absent if the endpoint decided. */
  readonly failure?: string
}

/** The context that one trigger point sends about its operation. */
export type CallAt<Point extends TriggerPoint> = Extract<InterceptorCall, { trigger_point: Point }>
