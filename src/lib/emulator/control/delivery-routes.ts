import { oneOf } from '../../ground/fields.ts'
import type { Json } from '../../ground/types.ts'
import { type EventType, eventTypeOf } from '../../webhooks/events.ts'
import type { PendingFault } from '../state/faults.ts'
import type { DeliveryFaults, EmulatedDelivery } from '../webhooks/delivery.ts'
import type { DataOf } from '../webhooks/event.ts'
import { kind, objectOf } from '../world/kinds.ts'
import { record, subscriptionKind, yesOrNo } from '../world/seed-kinds.ts'
import { bodyAs } from './call-body.ts'
import { ControlError } from './control-error.ts'
import { faultKind } from './fault-kind.ts'
import { type ControlContext, type ControlRoute, control } from './route.ts'

/** Routes for received requests, sent deliveries and faults. */
export const deliveryRoutes: readonly ControlRoute[] = [
  control(
    'GET /requests',
    'Every request, with the status of its response; without those below `/emulator/`.',
    ({ requests }) => requests.map(requestData),
  ),
  control('DELETE /requests', 'Forgets them.', ({ controls }) => controls.clearRequests()),
  control('GET /faults', 'The faults that are still to come.', ({ controls }) =>
    controls.faults.map(faultData),
  ),
  control(
    'POST /faults',
    'Makes something go wrong, as `emulator.fail` does. `"times":"always"` lasts until it is removed.',
    ({ state }, call) => faultData(state.faults.add(bodyAs(faultKind, call))),
    201,
  ),
  control('DELETE /faults', 'Removes every fault.', ({ controls }) => controls.clearFaults()),
  control('DELETE /faults/{fault}', 'Removes one.', ({ state }, _call, { fault = '' }) => {
    if (!state.faults.remove(fault))
      throw new ControlError('not_found', `There is no fault ${fault}`)
  }),
  control('GET /subscriptions', 'Those that get events.', ({ controls }) => controls.subscriptions),
  control(
    'POST /subscriptions',
    'Sends events to `url`, signed with `secret`; `events` chooses types.',
    ({ state }, call) => state.webhooks.subscribe(bodyAs(subscriptionKind, call)),
    201,
  ),
  control(
    'DELETE /subscriptions/{subscription}',
    'Ends a subscription.',
    ({ state }, _call, { subscription = '' }) => {
      if (state.webhooks.unsubscribe(subscription)) return
      throw new ControlError('not_found', `There is no subscription ${subscription}`)
    },
  ),
  control(
    'GET /deliveries',
    'Every delivery, with its attempts and their responses. With `?settled=true`, as soon as every attempt that is due was answered.',
    async ({ state: { webhooks } }, { query }) => {
      if (query.get('settled') === 'true') await webhooks.settled()
      return webhooks.deliveries.map(deliveryData)
    },
  ),
  control(
    'POST /deliveries',
    'Sends an event of this `type`, with `data` and `faults` as in `emulator.deliver`, and answers what became of it.',
    async ({ state }, call) => {
      const { type, data, faults } = bodyAs(deliverKind, call)
      const begun = state.webhooks.publish(type, data as DataOf<EventType> | undefined, faults)
      await state.webhooks.settled()
      return begun.map(deliveryData)
    },
    201,
  ),
  control(
    'POST /deliveries/{delivery}/redeliver',
    'Sends a delivery that has ended again, with the same `webhook-id`.',
    async ({ controls }, _call, { delivery = '' }) =>
      (await controls.redeliver(delivery)).map(deliveryData),
  ),
]

function requestData({ query, form, ...request }: ControlContext['requests'][number]): Json {
  return { ...request, query: membersOf(query), form: membersOf(form) }
}

/** A parameter that appears more than once is an array. */
function membersOf(params: URLSearchParams): Json {
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name)
      return [name, values.length > 1 ? values : values[0]]
    }),
  )
}

function faultData({ id, rule, left }: PendingFault): Json {
  return { id, ...rule, times: Number.isFinite(left) ? left : 'always' }
}

function deliveryData({ id, type, url, state, attempts, event }: EmulatedDelivery): Json {
  return { id, type, url, state, attempts, event }
}

const deliverKind = objectOf<{
  readonly type: EventType
  readonly data?: Json
  readonly faults?: DeliveryFaults
}>(
  {
    type: kind(eventType, { type: 'string' }),
    data: record,
    faults: objectOf<DeliveryFaults>({
      duplicate: kind(atLeastZero, { type: 'number', minimum: 0 }),
      reorder: yesOrNo,
      tamper: kind((value) => oneOf(value, ['body', 'signature', 'timestamp']), {}),
      delaySeconds: kind(atLeastZero, { type: 'number', minimum: 0 }),
    }),
  },
  ['type'],
)

function eventType(value: unknown): EventType {
  const type = typeof value === 'string' ? eventTypeOf(value) : undefined
  if (type !== undefined && type === value) return type
  throw new Error('must be a documented event type, such as organization.directory.user_updated')
}

function atLeastZero(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value
  throw new Error('must be a number of at least 0')
}
