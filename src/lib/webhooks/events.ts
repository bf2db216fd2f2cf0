import type { Json } from '../ground/types.ts'
import type { EventData } from './data.ts'

/**
 * Every event that Scalekit documents: the shape of its `data`, by the names of {@link EventData},
 * and its name in 2024. All types and names below are derived from this table.
 */
const events = {
  'organization.created': { data: 'organization' },
  'organization.updated': { data: 'organization' },
  'organization.deleted': { data: 'organization' },
  'organization.domain_created': { data: 'organizationDomain' },
  'organization.domain_deleted': { data: 'organizationDomain' },
  'organization.domain_dns_verification_success': { data: 'organizationDomain' },
  'organization.domain_dns_verification_failed': { data: 'organizationDomain' },
  'organization.sso_created': { data: 'connection' },
  'organization.sso_enabled': { data: 'switchedConnection' },
  'organization.sso_disabled': { data: 'switchedConnection' },
  'organization.sso_deleted': { data: 'connection' },
  'organization.directory_enabled': { data: 'directory', alias: 'scalekit.dir.sync.enable' },
  'organization.directory_disabled': { data: 'directory', alias: 'scalekit.dir.sync.disable' },
  'organization.directory.user_created': {
    data: 'directoryUser',
    alias: 'scalekit.dir.user.create',
  },
  'organization.directory.user_updated': {
    data: 'directoryUser',
    alias: 'scalekit.dir.user.update',
  },
  'organization.directory.user_deleted': {
    data: 'deletedDirectoryUser',
    alias: 'scalekit.dir.user.delete',
  },
  'organization.directory.group_created': {
    data: 'directoryGroup',
    alias: 'scalekit.dir.group.create',
  },
  'organization.directory.group_updated': {
    data: 'directoryGroup',
    alias: 'scalekit.dir.group.update',
  },
  'organization.directory.group_deleted': {
    data: 'deletedDirectoryGroup',
    alias: 'scalekit.dir.group.delete',
  },
  'user.signup': { data: 'membership' },
  'user.login': { data: 'userSession' },
  'user.logout': { data: 'userSession' },
  'user.organization_invitation': { data: 'membership' },
  'user.organization_membership_created': { data: 'membership' },
  'user.organization_membership_updated': { data: 'membership' },
  'user.organization_membership_deleted': { data: 'membership' },
  'role.created': { data: 'role' },
  'role.updated': { data: 'role' },
  'role.deleted': { data: 'role' },
  'permission.created': { data: 'permission' },
  'permission.updated': { data: 'permission' },
  'permission.deleted': { data: 'permission' },
  'connected_account.created': { data: 'connectedAccount' },
  'connected_account.updated': { data: 'connectedAccount' },
  'connected_account.status_updated': { data: 'connectedAccountStatus' },
  'connected_account.deleted': { data: 'connectedAccount' },
  'connected_account.magic_link_generated': { data: 'connectedAccount' },
  'connected_account.oauth_succeeded': { data: 'connectedAccount' },
  'connected_account.oauth_tokens_fetched': { data: 'connectedAccount' },
  'connected_account.token_refresh_succeeded': { data: 'connectedAccount' },
  'connected_account.token_refresh_failed': { data: 'connectedAccount' },
} as const

/** The type of an event that Scalekit documents, e.g. `organization.directory.user_created`. */
export type EventType = keyof typeof events

/** Names that some events had in 2024. Such an event is passed on under its current name. */
export type EventAlias = Extract<(typeof events)[EventType], { alias: string }>['alias']

/** The current type of an event with an older name. */
export type AliasedEventType<Alias extends EventAlias> = {
  [Type in EventType]: (typeof events)[Type] extends { alias: Alias } ? Type : never
}[EventType]

/** The envelope of every event, with the field names of the JSON. */
export interface EventEnvelope {
  readonly spec_version: string
  /** `evt_…`; the delivery has a separate id. */
  readonly id: string
  /** The kind of resource that the event is about, e.g. `DirectoryUser`. */
  readonly object: string
  readonly environment_id: string
  /** Present if the event is about one organization. */
  readonly organization_id?: string
  /** RFC 3339, with up to nine decimal places. */
  readonly occurred_at: string
  readonly display_name?: string
}

/** An event of one of these types. */
export type EventOf<Type extends EventType> = Type extends EventType
  ? EventEnvelope &
      (Type extends `organization.${string}` ? { readonly organization_id: string } : unknown) & {
        readonly spec_version: '1'
        readonly type: Type
        readonly data: EventData[(typeof events)[Type]['data']]
      }
  : never

/**
 * Any event that Scalekit documents; `type` tells which one. An event with a type that is newer
 * than this package arrives as well, so a `switch` needs a `default`.
 */
export type ScalekitEvent = EventOf<EventType>

/** An event whose type, or whose version of the format, this package does not know. */
export interface UnknownEvent extends EventEnvelope {
  readonly type: string
  readonly data: unknown
}

/** All documented types, in the order of the table. */
export const eventTypes: readonly EventType[] = Object.keys(events) as EventType[]

const documentedTypes: ReadonlySet<unknown> = new Set(eventTypes)
const typeByAlias: ReadonlyMap<unknown, EventType> = new Map(
  eventTypes.flatMap((type) => {
    const row = events[type]
    return 'alias' in row ? [[row.alias, type]] : []
  }),
)

/** Returns the documented type for a current or an older name. */
export function eventTypeOf(name: unknown): EventType | undefined {
  return documentedTypes.has(name) ? (name as EventType) : typeByAlias.get(name)
}

/** Reads the event from a verified body. An older type is replaced by its current name. */
export function readEvent(body: Json): ScalekitEvent {
  // Looking up a string that was just parsed takes longer than comparing its beginning.
  const isOlder = typeof body.type === 'string' && body.type.startsWith('scalekit.')
  const type = isOlder ? typeByAlias.get(body.type) : undefined
  return (type ? { ...body, type } : body) as unknown as ScalekitEvent
}

/** Whether this package knows the type and the version of an event. */
export function isDocumented(event: ScalekitEvent | UnknownEvent): event is ScalekitEvent {
  return (
    event.spec_version === '1' &&
    eventTypeOf(event.type) !== undefined &&
    typeof event.data === 'object' &&
    event.data !== null
  )
}
