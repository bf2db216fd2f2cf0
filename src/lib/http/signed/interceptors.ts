import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseBody } from '../../webhooks/body.ts'
import { readCall } from '../../webhooks/interceptors.ts'
import { interceptorScheme } from '../../webhooks/scheme.ts'
import type { Instance } from '../instance/instance.ts'
import { sendJson } from '../request/respond.ts'
import { signedRequest } from './signed-request.ts'

/**
 * `POST /interceptors`: Scalekit asks whether something may go on, and waits. It always gets a
 * decision on a call that it signed. A call that comes twice is answered twice: it has no effect
 * that must happen only once.
 */
export async function interceptorsRoute(
  { config, clock, intercept }: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const signed = await signedRequest(req, res, interceptorScheme, config.interceptors, clock)
  const call = readCall(parseBody(signed.raw))
  sendJson(res, 200, await intercept(call, signed.id))
}
