import type { Logger } from '../ground/log.ts'
import type { HookResult, Json } from '../ground/types.ts'
import type { InterceptorCall, TriggerPoint } from './interceptors.ts'
import { type PascalCase, pascalCase } from './pascal-case.ts'

/** The name of a trigger point's handler: `PRE_SESSION_CREATION` is `onPreSessionCreation`. */
export type InterceptorHandlerName<Point extends TriggerPoint> = `on${PascalCase<Lowercase<Point>>}`

/** What else an application may say where it allows something, by the names of the wire. */
export interface InterceptorResponses {
  readonly PRE_SIGNUP: {
    /** Makes the user a member of an organization there is, in place of one of their own. */
    readonly create_organization_membership?: {
      /** Scalekit's id of it; or yours, as `external_organization_id`. */
      readonly organization_id?: string
      readonly external_organization_id?: string
      readonly roles?: readonly string[]
    }
  }
  readonly PRE_SESSION_CREATION: {
    /** Become `custom_claims` of the access token. */
    readonly claims?: Json
  }
  readonly PRE_USER_INVITATION: Readonly<Record<string, never>>
  readonly PRE_M2M_TOKEN_CREATION: {
    /** Replace claims of the token, e.g. `scope` or `aud`. */
    readonly claims?: Json
  }
}

/** Whether something may go on. */
export type InterceptorDecision<Point extends TriggerPoint = TriggerPoint> =
  | { readonly decision: 'ALLOW'; readonly response?: InterceptorResponses[Point] }
  | {
      readonly decision: 'DENY'
      /** What the person reads who wanted it. */
      readonly message?: string
    }

/** What is known about a call, beside the call. */
export interface Interception {
  /** The `interceptor-id`. */
  readonly interceptionId: string
  /** Aborted when nobody waits for the handler any more. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Decides at one point; no answer allows. */
export type InterceptorHandler<Point extends TriggerPoint> = (
  call: Extract<InterceptorCall, { trigger_point: Point }>,
  interception: Interception,
) => HookResult<InterceptorDecision<Point>>

/** A handler for each point at which the application wants to be asked. */
export type InterceptorHandlers = {
  readonly [Point in TriggerPoint as InterceptorHandlerName<Point>]?: InterceptorHandler<Point>
}

/** A handler of some point; the table of names says of which. */
export type AnyInterceptorHandler = (call: InterceptorCall, interception: Interception) => unknown

const triggerPoints: Readonly<Record<TriggerPoint, true>> = {
  PRE_SIGNUP: true,
  PRE_SESSION_CREATION: true,
  PRE_USER_INVITATION: true,
  PRE_M2M_TOKEN_CREATION: true,
}

/** Every handler's name with its point. A map, so that no inherited name is ever found. */
const pointByHandlerName: ReadonlyMap<string, string> = new Map(
  Object.keys(triggerPoints).map((point) => [`on${pascalCase(point.toLowerCase())}`, point]),
)

/** Every name that a handler may have. */
export const interceptorHandlerNames: readonly string[] = [...pointByHandlerName.keys()]

/** The handlers by the points that Scalekit names. */
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
