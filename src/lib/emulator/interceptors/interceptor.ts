import type { InterceptorCall, TriggerPoint } from '../../webhooks/interceptors.ts'

/** Every point at which the emulator asks. */
export const triggerPoints: ReadonlySet<TriggerPoint> = new Set([
  'PRE_SIGNUP',
  'PRE_SESSION_CREATION',
  'PRE_USER_INVITATION',
  'PRE_M2M_TOKEN_CREATION',
] as const)

/** An endpoint that the emulator asks before something happens, and whose decision it waits for. */
export interface EmulatedInterceptor {
  /** What is about to happen. */
  readonly triggerPoint: TriggerPoint
  readonly url: string
  /** `whsec_` and base64. Default: {@link Emulator.interceptorSecret}. */
  readonly secret?: string
  /**
   * The decision when the endpoint does not answer in time, or not with 200 and a decision: `deny`
   * fails closed, `allow` fails open. Default: `deny`.
   */
  readonly onFailure?: 'allow' | 'deny'
  /** How long it may take to answer, in seconds; more than 0. Default: 5. */
  readonly timeoutSeconds?: number
}

/** One call of an interceptor, and what came of it. */
export interface EmulatedInterceptorCall {
  /** The `interceptor-id`. */
  readonly id: string
  readonly triggerPoint: TriggerPoint
  readonly url: string
  /** When it was sent, in milliseconds since the epoch, by the emulator's clock. */
  readonly at: number
  /** What was sent. */
  readonly call: InterceptorCall
  /** Missing when there was no answer. */
  readonly status?: number
  /** The body of the answer, where it was JSON. */
  readonly answer?: unknown
  readonly decision: 'ALLOW' | 'DENY'
  /** Why the decision is that of `onFailure`. Missing when the endpoint decided. */
  readonly failure?: string
}

/** What one trigger point sends about what is to happen. */
export type CallAt<Point extends TriggerPoint> = Extract<InterceptorCall, { trigger_point: Point }>
