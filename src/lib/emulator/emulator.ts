import { emulatorInterceptorSecret, emulatorWebhookSecret } from '../ground/sample-secrets.ts'
import type { EventType } from '../webhooks/events.ts'
import { adjustableClock } from './adjustable-clock.ts'
import { assertAllowed } from './allowed.ts'
import { type AdjustableClock, createControls, type EmulatorControls } from './control/controls.ts'
import { type PersonEditor, personEditor } from './control/person-editor.ts'
import { openStateFile } from './control/state-file.ts'
import { type DirectoryEditor, directoryEditor } from './directory/editor.ts'
import { announceEmulator } from './in-process.ts'
import type { EmulatedInterceptor, EmulatedInterceptorCall } from './interceptors/interceptor.ts'
import { type InvitationSeed, invite } from './oauth/hosted/invite.ts'
import { idpInitiatedLogin } from './oauth/idp-initiated.ts'
import { endExpiredSessions } from './oauth/session-ends.ts'
import { type ReceivedRequest, serve } from './serve.ts'
import { type LoopbackServer, listenOn } from './server/loopback.ts'
import { type BackChannelLogout, backChannelSettled } from './state/back-channel.ts'
import type { FaultRule } from './state/faults.ts'
import { createState, type State } from './state/state.ts'
import type { DeliveryFaults, EmulatedDelivery, Subscription } from './webhooks/delivery.ts'
import type { DataOf } from './webhooks/event.ts'
import type { EmulatedOrganization } from './world/organizations.ts'
import type { EmulatorSeed } from './world/seed.ts'
import { settingsFrom } from './world/settings.ts'
import type { EmulatorWarning } from './world/warnings.ts'

/** A running emulator of Scalekit. */
export interface Emulator extends EmulatorControls {
  /**
   * `http://localhost:<port>`, or the URL that `host` and `tls` result in. It is the environment
   * URL and the issuer of the emulator's tokens.
   */
  readonly url: string
  /** The options with which `scalekitAuth` uses this emulator. */
  readonly options: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  readonly organizations: readonly EmulatedOrganization[]
  /**
   * Requests that Scalekit accepts although a strict client would not send them, and requests that
   * the emulator refuses although Scalekit accepts them. Oldest first, each kind once for each
   * client, at most 100.
   */
  readonly warnings: readonly EmulatorWarning[]
  /**
   * The received requests: the newest 10 000, oldest first. They include those that `signIn()` made
   * in this process.
   */
  readonly requests: readonly ReceivedRequest[]
  /**
   * Makes a request to an endpoint, or the next token, fail.
   *
   * @returns a function that removes the rule
   */
  fail(rule: FaultRule): () => void
  /** Signs with a new key from now on. The old keys stay published, unless `overlap` is false. */
  rotateKeys(options?: { readonly overlap?: boolean }): void
  /**
   * Begins a sign-in at the identity provider of the person with this email address, as the portal
   * of their company would.
   *
   * @param options `relayState` is the relay state configured in the portal. `organizationId`
   *   selects one of several organizations. Default: the first.
   * @returns where the browser is redirected: the application's
   *   {@link EmulatorSeed.initiateLoginUri}, with a token that is valid for five minutes
   */
  idpInitiatedLogin(
    email: string,
    options?: { readonly relayState?: string; readonly organizationId?: string },
  ): Promise<string>
  /**
   * Invites a person to an organization, with the product `full-stack`: calls the interceptors and
   * sends `user.organization_invitation`. The person's first sign-in accepts the invitation.
   *
   * @returns the link in the invitation's email. It leads to the application's
   *   {@link EmulatorSeed.initiateLoginUri} with the parameter `invitation`, which the application
   *   has to forward to `/oauth/authorize`.
   * @throws for an unknown organization, for a person who is already a member, and if an
   *   interceptor denies the invitation
   */
  invite(person: InvitationSeed): Promise<string>
  /**
   * Returns an editor for a person's roles, permissions, claims and metadata.
   *
   * @param organizationId The organization, if the person has several. Default: the first that has
   *   the person.
   * @throws Error if there is no such person
   */
  person(email: string, organizationId?: string): PersonEditor
  /** Returns an editor for the directory with this id. Throws if there is none. */
  directory(id: string): DirectoryEditor
  /** The secret that signs webhooks. It is public. */
  readonly webhookSecret: string
  /**
   * Sends every event to a URL, signed. Like Scalekit, the emulator retries until the response is a
   * 2xx.
   *
   * @returns a function that ends the subscription
   */
  subscribe(subscription: Subscription): () => void
  /**
   * Sends an event to all subscriptions to its type.
   *
   * @param data Default: Scalekit's example, about Ada of Acme.
   * @param faults The faults on the way to the endpoint.
   * @returns the deliveries, once every due attempt has ended
   */
  deliver<Type extends EventType>(
    type: Type,
    data?: DataOf<Type>,
    faults?: DeliveryFaults,
  ): Promise<readonly EmulatedDelivery[]>
  /** All deliveries to subscriptions: the newest 10 000, oldest first. */
  readonly deliveries: readonly EmulatedDelivery[]
  /** The secret that signs interceptors' requests. It is public. */
  readonly interceptorSecret: string
  /**
   * Registers an endpoint that the emulator asks before an operation. Several endpoints at one
   * trigger point are asked in the order of registration, until one denies.
   *
   * @returns a function that removes it again
   */
  intercept(interceptor: EmulatedInterceptor): () => void
  /** The latest 200 calls of interceptors, oldest first. */
  readonly interceptorCalls: readonly EmulatedInterceptorCall[]
  /** All logout tokens sent to {@link EmulatorSeed.backChannelLogoutUri}, oldest first. */
  readonly backChannelLogouts: readonly BackChannelLogout[]
  /** Resolves when every due attempt and every logout token has been answered or has timed out. */
  settled(): Promise<void>
  /**
   * Advances the emulator's clock; a negative number sets it back. Attempts that become due are
   * made, and sessions that reach their end are ended. Deliveries are signed with the time of
   * {@link EmulatorSeed.clock}, because receivers would refuse the advanced time.
   */
  advance(seconds: number): void
  /** Stops listening and closes all connections. */
  close(): Promise<void>
}

/**
 * Starts an emulator of Scalekit on the loopback interface. It listens on 127.0.0.1 and, if
 * available, on ::1, so that `localhost` reaches it with either address.
 *
 * @param seed The organizations, people and settings of the emulator. Default: two sample
 *   organizations.
 * @returns the running emulator; close it with `close()`
 * @throws in a process whose `NODE_ENV` is `production`, unless `dangerouslyAllowEmulator` is true;
 *   if the port is in use; if `stateFile` is not a saved state
 * @example
 * const emulator = await startEmulator({ redirectUris: ['http://localhost:3000/callback'] })
 * const auth = scalekitAuth({ ...emulator.options, baseUrl: 'http://localhost:3000' })
 */
export async function startEmulator(seed: EmulatorSeed = {}): Promise<Emulator> {
  assertAllowed(seed)
  const settings = settingsFrom(seed)
  const clock = adjustableClock(settings)
  const server = await listenOn(seed.port ?? 0, {
    onEveryInterface: seed.host !== undefined,
    tls: seed.tls,
  })
  const issuer = `${seed.tls ? 'https' : 'http'}://${seed.host ?? 'localhost'}:${server.port}`
  try {
    return await emulatorOf(seed, server, createState(issuer, settings, clock.now), clock)
  } catch (error) {
    await server.close()
    throw error
  }
}

async function emulatorOf(
  seed: EmulatorSeed,
  server: LoopbackServer,
  state: State,
  clock: AdjustableClock,
): Promise<Emulator> {
  const { issuer, settings, faults, keys, webhooks, interceptors } = state
  const requests: ReceivedRequest[] = []
  const freshSettings = () => settingsFrom(seed)
  const controls = createControls(state, { clock, requests, freshSettings })
  const file = seed.stateFile === undefined ? undefined : await openStateFile(state, controls, seed)
  const advance = (seconds: number) => {
    clock.advance(seconds)
    endExpiredSessions(state)
    webhooks.runDue()
  }
  const answered = () => file?.changed()
  const conceal = announceEmulator(state, requests)
  server.handle(serve({ state, controls, requests, advance, answered }))
  const emulator: Omit<Emulator, keyof EmulatorControls> = {
    url: issuer,
    options: {
      environmentUrl: issuer,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
    },
    organizations: settings.organizations,
    warnings: state.warnings.list,
    requests,
    fail(rule: FaultRule) {
      const { id } = faults.add(rule)
      return () => void faults.remove(id)
    },
    rotateKeys: keys.rotate,
    idpInitiatedLogin: (email, options) => idpInitiatedLogin(state, { ...options, email }),
    invite: (person) => invite(state, person),
    person: (email, organizationId) => personEditor(state, email, organizationId),
    directory: (id) => directoryEditor(state, id),
    webhookSecret: emulatorWebhookSecret,
    subscribe(subscription) {
      const { id } = webhooks.subscribe(subscription)
      return () => void webhooks.unsubscribe(id)
    },
    async deliver(type, data, deliveryFaults) {
      const deliveries = webhooks.publish(type, data, deliveryFaults)
      await webhooks.settled()
      return deliveries
    },
    deliveries: webhooks.deliveries,
    interceptorSecret: emulatorInterceptorSecret,
    intercept: interceptors.add,
    interceptorCalls: interceptors.calls,
    backChannelLogouts: state.backChannel.logouts,
    async settled() {
      await webhooks.settled()
      await backChannelSettled(state.backChannel)
    },
    advance,
    async close() {
      conceal()
      webhooks.close()
      interceptors.close()
      state.backChannel.closing.abort()
      await server.close()
      await file?.close()
      keys.release()
    },
  }
  return joined(controls, emulator)
}

/** Merges two objects. A spread would evaluate getters only once. */
function joined<One extends object, Other extends object>(one: One, other: Other): One & Other {
  return Object.defineProperties(one, Object.getOwnPropertyDescriptors(other)) as One & Other
}
