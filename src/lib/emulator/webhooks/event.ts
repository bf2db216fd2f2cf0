import type { Clock } from '../../ground/clock.ts'
import type { EventEnvelope, EventOf, EventType } from '../../webhooks/events.ts'
import { environmentId, randomId } from '../format/ids.ts'
import { eventTime } from '../format/time.ts'
import { exampleEvents } from './example-events.ts'

/** What an event is about; by the names of the wire. */
export type DataOf<Type extends EventType> = EventOf<Type>['data']

/** An event as it goes over the wire, whatever its type. */
export interface WireEvent extends EventEnvelope {
  readonly type: EventType
  readonly data: DataOf<EventType>
}

/** A new event; without `data` it is about what Scalekit's example is about. */
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

/** The organization an event is about, wherever its data names it. */
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
