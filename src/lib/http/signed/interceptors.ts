import { parseBody } from '../../webhooks/body.ts'
import type { Intercept } from '../../webhooks/intercept.ts'
import { readCall } from '../../webhooks/interceptors.ts'
import type { RouteHandler } from '../instance/route.ts'
import { sendJson } from '../request/respond.ts'
import { type SignedRequestParts, signedRequest } from './signed-request.ts'

/** What the route of Scalekit's interceptors needs. */
export interface InterceptorParts extends SignedRequestParts {
  readonly intercept: Intercept
}

/**
 * `POST /interceptors`: Scalekit asks whether something may go on, and waits. Whatever becomes of a
 * question that it signed, it gets a decision. Asked twice, a question is answered twice: there is
 * no effect to be had once.
 */
export function interceptorsRoute(parts: InterceptorParts): RouteHandler {
  return async function interceptors(req, res) {
    const { id, raw } = await signedRequest(req, res, parts)
    const call = readCall(parseBody(raw))
    sendJson(res, 200, await parts.intercept(call, id))
  }
}
