import type { Clock } from '../../ground/clock.ts'
import type { EventEnvelope, EventOf, EventType } from '../../webhooks/events.ts'
import { environmentId, randomId } from '../format/ids.ts'
import { eventTime } from '../format/time.ts'
import { exampleEvents } from './example-events.ts'

/** The `data` of an event, with the field names of the JSON. */
export type DataOf<Type extends EventType> = EventOf<Type>['data']

/** An event of any type, as sent. */
export interface WireEvent extends EventEnvelope {
  readonly type: EventType
  readonly data: DataOf<EventType>
}

/** Creates an event. Default for `data`: the data of Scalekit's example. */
export function newEvent<Type extends EventType>(
  type: Type,
  clock: Clock,
  given?: DataOf<Type>,
): WireEvent {
  const { object, display_name, data: exampleData } = exampleEvents[type]
  const data = given ?? exampleData
  const organizationId = organizationIdOf(data)
  return {
    spec_version: '1',
    id: randomId('evt_'),
    type,
    object,
    environment_id: environmentId,
    ...(organizationId !== undefined && { organization_id: organizationId }),
    occurred_at: eventTime(clock()),
    data,
    ...(display_name !== undefined && { display_name }),
  }
}

/** The organization that an event is about, from whichever field of the data names it. */
function organizationIdOf(data: object): string | undefined {
  const { id, organization_id, organization, user_session } = data as Partial<{
    readonly id: string
    readonly organization_id: string
    readonly organization: { readonly id: string }
    readonly user_session: { readonly organization_id: string }
  }>
  const named = organization_id ?? user_session?.organization_id ?? organization?.id ?? id
  return named?.startsWith('org_') ? named : undefined
}
