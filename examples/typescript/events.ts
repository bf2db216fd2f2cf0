import type { EventOf, ScalekitEvent, WebhookOptions } from 'express-scalekit'

/** Several types make a union. `data` has the names of the wire, such as `given_name`. */
type UserChanged = EventOf<
  'organization.directory.user_created' | 'organization.directory.user_updated'
>
export type DirectoryUser = UserChanged['data']

export function webhooksInto(users: Map<string, DirectoryUser>): WebhookOptions {
  const put = ({ data }: UserChanged) => users.set(data.id, data)
  return {
    onDirectoryUserCreated: put,
    onDirectoryUserUpdated: put,
    onDirectoryUserDeleted: ({ data }, { log }) => {
      if (!users.delete(data.id)) log.warn('deleted before it was created')
    },
  }
}

/** In a `switch`, `type` narrows `data`. Types that Scalekit adds later arrive at the `default`. */
export function describe(event: ScalekitEvent): string {
  switch (event.type) {
    case 'organization.created':
      return `organization ${event.data.display_name}`
    case 'organization.directory.user_created':
      return `user ${event.data.email}`
    default:
      return event.type
  }
}
