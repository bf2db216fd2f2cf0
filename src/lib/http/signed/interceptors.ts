import type { IncomingMessage, ServerResponse } from 'node:http'
import { type PossibleFields, plainOrQuoted } from '../../ground/log.ts'
import type { Json } from '../../ground/types.ts'
import { parseBody } from '../../webhooks/body.ts'
import { type InterceptorCall, readCall } from '../../webhooks/interceptors.ts'
import { interceptorScheme } from '../../webhooks/scheme.ts'
import type { Instance } from '../instance/instance.ts'
import { tell } from '../request/request-log.ts'
import { sendJson } from '../request/respond.ts'
import { signedRequest } from './signed-request.ts'

/**
 * `POST /interceptors`: Scalekit asks whether an operation may continue, and waits. Every call with
 * a valid signature gets a decision. A repeated call is decided again, because a decision has no
 * effect that must happen only once.
 */
export async function interceptorsRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { config, intercept } = instance
  const signed = await signedRequest(instance, req, res, interceptorScheme, config.interceptors)
  const call = readCall(parseBody(signed.raw))
  const point = plainOrQuoted(call.trigger_point)
  tell(instance, req, 'interceptor', `signature verified, ${point}`, fieldsOf(call))
  const askedAt = performance.now()
  const answer = await intercept(call, signed.id)
  const tookMs = Math.round(performance.now() - askedAt)
  tell(instance, req, 'interceptor', `${answer.decision} in ${tookMs} ms`)
  sendJson(res, 200, answer)
}

/**
 * Returns the user and organization of a call as log fields. Their types are checked here, because
 * no other code checks them.
 */
function fieldsOf({ interceptor_context: context }: InterceptorCall): PossibleFields {
  const { organization_id: organizationId, user_id: userId } = Object(context) as Json
  return {
    ...(typeof organizationId === 'string' ? { organizationId } : {}),
    ...(typeof userId === 'string' ? { userId } : {}),
  }
}
