import type { IncomingMessage } from 'node:http'
import {
  createDispatcher,
  type EventOf,
  type EventType,
  type ScalekitEvent,
  type UnknownEvent,
  verifyInterceptor,
  verifyWebhook,
} from 'express-scalekit/webhooks'
import { describe, expectTypeOf, it } from 'vitest'

// Only compiled, never run.
declare const req: IncomingMessage
declare const rawBody: Buffer
declare const event: ScalekitEvent
const dispatcher = createDispatcher()

type Data<Type extends EventType> = EventOf<Type>['data']

type RequiredKeys<Value> = {
  [Key in keyof Value]-?: object extends Pick<Value, Key> ? never : Key
}[keyof Value]

/** The required members of `data`, by Scalekit's schema of each event, August 2026. */
type RequiredMembers = {
  [Type in EventType]: Type extends `organization.domain_${string}`
    ? Domain
    : Type extends `organization.${'created' | 'updated' | 'deleted'}`
      ? 'id' | 'display_name'
      : Type extends `organization.${string}`
        ? 'id' | 'organization_id'
        : Type extends 'user.login' | 'user.logout'
          ? 'user' | 'user_session'
          : Type extends `user.${string}`
            ? 'user' | 'organization'
            : Type extends 'connected_account.status_updated'
              ? Account | 'authorization_type' | 'old_status'
              : Type extends `connected_account.${string}`
                ? Account
                : 'id' | 'name'
}
type Domain =
  | 'id'
  | 'domain'
  | 'domain_type'
  | 'organization_id'
  | 'environment_id'
  | 'verification_status'
type Account = 'id' | 'identifier' | 'connection_id' | 'provider' | 'status'

type DirectoryType =
  | 'organization.directory.user_created'
  | 'organization.directory.user_updated'
  | 'organization.directory.user_deleted'
  | 'organization.directory.group_created'
  | 'organization.directory.group_updated'
  | 'organization.directory.group_deleted'

describe('verifyWebhook', () => {
  it('takes the headers of Node, of the Fetch standard, and plain ones', () => {
    expectTypeOf(verifyWebhook(rawBody, req.headers, 'whsec_')).toEqualTypeOf<ScalekitEvent>()
    verifyWebhook('{}', new Headers(), ['whsec_new', 'whsec_old'])
    verifyWebhook(new Uint8Array(), { 'Webhook-Id': 'msg_1' }, 'whsec_', { toleranceSeconds: 60 })
    // @ts-expect-error A parsed body is not what was signed.
    verifyWebhook({ type: 'user.login' }, req.headers, 'whsec_')
    // @ts-expect-error There is no verifying without a secret.
    verifyWebhook(rawBody, req.headers)
    // @ts-expect-error It is `toleranceSeconds`.
    verifyWebhook(rawBody, req.headers, 'whsec_', { tolerance: 60 })
  })
})

describe('an event', () => {
  it('is told apart by its type', () => {
    switch (event.type) {
      case 'organization.directory.user_created':
        expectTypeOf(event).toEqualTypeOf<EventOf<'organization.directory.user_created'>>()
        expectTypeOf(event.data.email).toEqualTypeOf<string | undefined>()
        break
      case 'organization.directory.user_deleted':
        // @ts-expect-error Only its ids and the address are left of somebody deleted.
        event.data.given_name
        break
      case 'organization.sso_enabled':
        expectTypeOf(event.data.enabled).toEqualTypeOf<boolean | undefined>()
        break
      default:
        expectTypeOf<Extract<typeof event, { type: 'user.login' }>['data']>().not.toBeUnknown()
    }
  })

  it('has its envelope whatever it is about', () => {
    expectTypeOf(event.id).toEqualTypeOf<string>()
    expectTypeOf(event.object).toEqualTypeOf<string>()
    expectTypeOf(event.environment_id).toEqualTypeOf<string>()
    expectTypeOf(event.occurred_at).toEqualTypeOf<string>()
    expectTypeOf(event.organization_id).toEqualTypeOf<string | undefined>()
    expectTypeOf(event.display_name).toEqualTypeOf<string | undefined>()
    // @ts-expect-error It is shared by all handlers.
    event.id = 'evt_1'
  })

  it('names its organization where it is about one', () => {
    expectTypeOf<EventOf<'organization.created'>['organization_id']>().toEqualTypeOf<string>()
    expectTypeOf<EventOf<'role.created'>['organization_id']>().toEqualTypeOf<string | undefined>()
  })

  it('promises the members that Scalekit’s schema requires, and no others', () => {
    type Promised = { [Type in EventType]: RequiredKeys<Data<Type>> }
    expectTypeOf<Promised>().toEqualTypeOf<RequiredMembers>()
    expectTypeOf<RequiredKeys<Data<'user.signup'>['user']>>().toEqualTypeOf<never>()
    expectTypeOf<RequiredKeys<Data<'user.signup'>['organization']>>().toEqualTypeOf<never>()
    expectTypeOf<RequiredKeys<Data<'user.login'>['user_session']>>().toEqualTypeOf<never>()
    type Features = NonNullable<Data<'organization.created'>['settings']>['features']
    expectTypeOf<RequiredKeys<NonNullable<Features>[number]>>().toEqualTypeOf<never>()
    type Groups = NonNullable<Data<'organization.directory.user_created'>['groups']>
    expectTypeOf<RequiredKeys<Groups[number]>>().toEqualTypeOf<never>()
  })

  it('says what may be null', () => {
    expectTypeOf<Data<'organization.directory_enabled'>['last_sync_at']>().toEqualTypeOf<
      string | null | undefined
    >()
    expectTypeOf<Data<'organization.directory.group_created'>['external_id']>().toEqualTypeOf<
      string | null | undefined
    >()
    const { data } = event as EventOf<'organization.directory.group_deleted'>
    expectTypeOf(data.raw_attributes?.members?.[0]?.value).toEqualTypeOf<string | undefined>()
    expectTypeOf(data.raw_attributes?.displayName).toEqualTypeOf<string | undefined>()
    expectTypeOf(data.raw_attributes?.anything).toEqualTypeOf<unknown>()
  })

  it('has roles in either spelling', () => {
    type Roles = NonNullable<EventOf<'organization.directory.user_created'>['data']['roles']>
    expectTypeOf([{ role: 'admin', name: 'Admin' }]).toExtend<Roles>()
    expectTypeOf([{ role_name: 'admin' }]).toExtend<Roles>()
  })
})

describe('handlers', () => {
  it('are named after their events', () => {
    createDispatcher({
      onDirectoryUserCreated: ({ data, type }, { deliveryId, attempt, raw, signal }) => {
        expectTypeOf(type).toEqualTypeOf<'organization.directory.user_created'>()
        expectTypeOf(data.given_name).toEqualTypeOf<string | undefined>()
        expectTypeOf(deliveryId).toEqualTypeOf<string>()
        expectTypeOf(attempt).toEqualTypeOf<number>()
        expectTypeOf(raw).toEqualTypeOf<Buffer>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      },
      onSsoEnabled: async ({ data }) => data.provider,
      onOrganizationCreated: ({ data }) => data.display_name,
      onUserLogout: ({ data }) => data.user_session.session_id,
      onUnknown: ({ data }) => expectTypeOf(data).toEqualTypeOf<unknown>(),
    })
  })

  it('are refused when they are misspelled', () => {
    // @ts-expect-error It is `onDirectoryUserCreated`.
    createDispatcher({ onDirectoryUserCreate: () => {} })
    // @ts-expect-error `organization` is left out before another noun.
    createDispatcher({ onOrganizationSsoEnabled: () => {} })
    // @ts-expect-error It is the noun itself.
    createDispatcher({ onCreated: () => {} })
    // @ts-expect-error Names have one spelling.
    createDispatcher({ onSSOEnabled: () => {} })
    // @ts-expect-error A handler is a function.
    createDispatcher({ onSsoEnabled: true })
  })
})

describe('on', () => {
  it('narrows to the events of a pattern', () => {
    dispatcher.on('organization.directory.*', ({ type }) => {
      expectTypeOf(type).toEqualTypeOf<DirectoryType>()
    })
    dispatcher.on('organization.directory.*', (one) => {
      if (one.type === 'organization.directory.group_deleted') {
        expectTypeOf(one.data.dp_id).toEqualTypeOf<string | undefined>()
      }
    })
    dispatcher.on('user.login', ({ data }) => data.user_session.session_id)
    dispatcher.on('scalekit.dir.user.create', ({ type }) => {
      expectTypeOf(type).toEqualTypeOf<'organization.directory.user_created'>()
    })
    dispatcher.on('*', (one) => expectTypeOf(one).toEqualTypeOf<ScalekitEvent | UnknownEvent>())
  })

  it('refuses what no event is called', () => {
    // @ts-expect-error It is `organization.directory.user_created`.
    dispatcher.on('organization.directory.user_create', () => {})
    // @ts-expect-error A prefix ends with a star.
    dispatcher.on('organization.directory', () => {})
    // @ts-expect-error Nothing is below a whole name.
    dispatcher.on('user.login.*', () => {})
    // @ts-expect-error The prefix is `organization.directory`.
    dispatcher.on('directory.*', () => {})
  })
})

describe('an interceptor’s call', () => {
  it('is told apart by where it is made', () => {
    const call = verifyInterceptor(rawBody, req.headers, 'whsec_')
    if (call.trigger_point === 'PRE_USER_INVITATION') {
      expectTypeOf(call.data.organization.name).toEqualTypeOf<string>()
    }
    expectTypeOf(call.interceptor_context.user_email).toEqualTypeOf<string | undefined>()
  })
})
