import type { Json } from '../../ground/types.ts'
import type { TriggerPoint } from '../../webhooks/interceptors.ts'
import { environmentId } from '../format/ids.ts'
import { apiTime } from '../format/time.ts'
import type { CallAt } from '../interceptors/interceptor.ts'
import type { Call } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { OAuthError } from './oauth-error.ts'

/** The fields that only this trigger point knows. */
interface Subject<Point extends TriggerPoint> {
  readonly context: Omit<CallAt<Point>['interceptor_context'], 'environment_id'>
  readonly data: CallAt<Point>['data']
}

/**
 * Asks the interceptors of a trigger point.
 *
 * @param call The request that causes the operation, if there is one.
 * @returns their additions
 * @throws {@link OAuthError} `access_denied`, with the message of the interceptor that denied
 */
export async function askInterceptors<Point extends TriggerPoint>(
  state: State,
  point: Point,
  { context, data }: Subject<Point>,
  call?: Call,
): Promise<Json> {
  const asked: unknown = {
    trigger_point: point,
    interceptor_context: {
      environment_id: environmentId,
      ...context,
      ...deviceOf(call),
      triggered_at: apiTime(state.clock()),
    },
    data,
  }
  const decided = await state.interceptors.ask(asked as CallAt<Point>)
  if (decided.decision === 'DENY') throw new OAuthError('access_denied', decided.message)
  return decided.response
}

function deviceOf(call: Call | undefined) {
  const userAgent = call?.headers['user-agent']
  return {
    ...(userAgent !== undefined && { user_agent: userAgent }),
    device_type: deviceType(userAgent ?? ''),
    // By default, the emulator only listens on the loopback interface.
    ...(call && { ip_address: '127.0.0.1' }),
  }
}

function deviceType(userAgent: string): string {
  if (/\b(iPad|Tablet)\b/.test(userAgent)) return 'Tablet'
  if (/\b(Mobile|iPhone|Android)\b/.test(userAgent)) return 'Mobile'
  return userAgent.startsWith('Mozilla/') ? 'Desktop' : 'Unknown'
}
