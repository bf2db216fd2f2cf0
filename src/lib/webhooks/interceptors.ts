import { WebhookError } from '../ground/errors.ts'
import type { Json } from '../ground/types.ts'

/**
 * The body of an interceptor's request. Scalekit asks whether an operation may continue;
 * `trigger_point` names the operation.
 */
export type InterceptorCall =
  | InterceptorCallAt<'PRE_SIGNUP', { readonly user?: Json }>
  | InterceptorCallAt<'PRE_SESSION_CREATION', { readonly user: Json }>
  | InterceptorCallAt<
      'PRE_USER_INVITATION',
      { readonly organization: { readonly id: string; readonly name: string } }
    >
  | InterceptorCallAt<
      'PRE_M2M_TOKEN_CREATION',
      { readonly m2m_token_claims: { readonly client_id: string; readonly claims: Json } }
    >

/** The request of one trigger point. */
export interface InterceptorCallAt<TriggerPoint extends string, Data> {
  readonly display_name?: string
  readonly trigger_point: TriggerPoint
  readonly interceptor_context: InterceptorContext
  readonly data: Data
}

/** The user, the operation and the origin of the request. Members that do not apply are absent. */
export interface InterceptorContext {
  readonly environment_id: string
  readonly user_id?: string
  readonly user_email?: string
  readonly organization_id?: string
  readonly connection_details?: readonly {
    readonly id: string
    readonly type: string
    readonly provider: string
  }[]
  readonly auth_request?: {
    readonly connection_id?: string
    readonly organization_id?: string
    readonly domain?: string
    readonly login_hint?: string
    readonly state?: string
  }
  readonly client_id?: string
  readonly user_agent?: string
  readonly device_type?: string
  readonly ip_address?: string
  readonly region?: string
  readonly city?: string
  readonly triggered_at?: string
}

/** The points at which Scalekit asks. */
export type TriggerPoint = InterceptorCall['trigger_point']

/**
 * Reads a verified call. Whether this package knows its trigger point is not checked.
 *
 * @throws {@link WebhookError} `webhook_body_invalid`
 */
export function readCall(body: Json): InterceptorCall {
  if (typeof body.trigger_point === 'string') return body as unknown as InterceptorCall
  throw new WebhookError('webhook_body_invalid', 'The body has no `trigger_point`')
}
