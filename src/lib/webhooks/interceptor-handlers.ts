import type { Logger } from '../ground/log.ts'
import type { HookResult, Json } from '../ground/types.ts'
import type { InterceptorCall, TriggerPoint } from './interceptors.ts'
import { type PascalCase, pascalCase } from './pascal-case.ts'

/** The name of a trigger point's handler: `PRE_SESSION_CREATION` is `onPreSessionCreation`. */
export type InterceptorHandlerName<Point extends TriggerPoint> = `on${PascalCase<Lowercase<Point>>}`

/** Further instructions that can accompany `ALLOW`, with the field names of the JSON. */
export interface InterceptorResponses {
  readonly PRE_SIGNUP: {
    /**
     * Makes the user a member of an existing organization, instead of creating one for the user.
     */
    readonly create_organization_membership?: {
      /** Scalekit's id of the organization. Use `external_organization_id` for your own id. */
      readonly organization_id?: string
      readonly external_organization_id?: string
      readonly roles?: readonly string[]
    }
  }
  readonly PRE_SESSION_CREATION: {
    /** Added to the access token as `custom_claims`. */
    readonly claims?: Json
  }
  readonly PRE_USER_INVITATION: Readonly<Record<string, never>>
  readonly PRE_M2M_TOKEN_CREATION: {
    /** Replace claims of the token, e.g. `scope` or `aud`. */
    readonly claims?: Json
  }
}

/** A handler's decision. */
export type InterceptorDecision<Point extends TriggerPoint = TriggerPoint> =
  | { readonly decision: 'ALLOW'; readonly response?: InterceptorResponses[Point] }
  | {
      readonly decision: 'DENY'
      /** Shown to the user whose request was denied. */
      readonly message?: string
    }

/** Details of an interceptor's request, besides the call. */
export interface Interception {
  /** The `interceptor-id`. */
  readonly interceptionId: string
  /** Aborted when the kit no longer waits for the handler. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Decides at one trigger point. Returning nothing means ALLOW. */
export type InterceptorHandler<Point extends TriggerPoint> = (
  call: Extract<InterceptorCall, { trigger_point: Point }>,
  interception: Interception,
) => HookResult<InterceptorDecision<Point>>

/** The handlers for the trigger points at which the application decides. */
export type InterceptorHandlers = {
  readonly [Point in TriggerPoint as InterceptorHandlerName<Point>]?: InterceptorHandler<Point>
}

/** A handler of any trigger point. {@link handlersByPoint} keeps them apart. */
export type AnyInterceptorHandler = (call: InterceptorCall, interception: Interception) => unknown

const triggerPoints: Readonly<Record<TriggerPoint, true>> = {
  PRE_SIGNUP: true,
  PRE_SESSION_CREATION: true,
  PRE_USER_INVITATION: true,
  PRE_M2M_TOKEN_CREATION: true,
}

/** The point of every handler name. It is a map, so that an inherited name is never found. */
const pointByHandlerName: ReadonlyMap<string, string> = new Map(
  Object.keys(triggerPoints).map((point) => [`on${pascalCase(point.toLowerCase())}`, point]),
)

/** All names of interceptor handlers. */
export const interceptorHandlerNames: readonly string[] = [...pointByHandlerName.keys()]

/** Returns the handlers by Scalekit's names of the trigger points. */
export function handlersByPoint(
  handlers: InterceptorHandlers,
): ReadonlyMap<string, AnyInterceptorHandler> {
  return new Map(
    Object.entries(handlers).map(([name, handler]) => [
      pointByHandlerName.get(name) ?? name,
      handler as AnyInterceptorHandler,
    ]),
  )
}
