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
   * `http://localhost:<port>`, or what `host` and `tls` make of it: the environment URL and the
   * issuer of its tokens.
   */
  readonly url: string
  /** What `scalekitAuth` takes to use this emulator. */
  readonly options: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  readonly organizations: readonly EmulatedOrganization[]
  /**
   * What Scalekit lets through and a strict client would not send, and what the emulator refused
   * beyond Scalekit, oldest first: each kind once for each client, 100 at most.
   */
  readonly warnings: readonly EmulatorWarning[]
  /**
   * What was received: the newest 10 000 requests, oldest first; what `signIn()` asked in this process,
   * too.
   */
  readonly requests: readonly ReceivedRequest[]
  /**
   * Makes something go wrong: an endpoint, or the next token.
   *
   * @returns a function that removes the rule
   */
  fail(rule: FaultRule): () => void
  /** Signs with a new key from now on. The old ones stay published, unless `overlap` is false. */
  rotateKeys(options?: { readonly overlap?: boolean }): void
  /**
   * Begins a sign-in at the identity provider of the person with this email address, as their
   * company's portal would.
   *
   * @param options `relayState` is what the portal was told to come back to; `organizationId` says
   * which of several organizations, by default the first.
   * @returns where the browser is sent: the application's {@link EmulatorSeed.initiateLoginUri},
   * with a token that is good for five minutes
   */
  idpInitiatedLogin(
    email: string,
    options?: { readonly relayState?: string; readonly organizationId?: string },
  ): Promise<string>
  /**
   * Invites a person to an organization, with the product `full-stack`: asks the interceptors, and sends
   * `user.organization_invitation`. Their first sign-in accepts the invitation.
   *
   * @returns the link that the invitation's email would hold. It leads to the application's
   * {@link EmulatorSeed.initiateLoginUri} with the parameter `invitation`, which the application has
   * to send along to `/oauth/authorize`
   * @throws for an unknown organization, a person who is a member, and when an interceptor denies it
   */
  invite(person: InvitationSeed): Promise<string>
  /**
   * A person, to be changed: roles, permissions, claims and metadata.
   *
   * @param organizationId Which of several organizations; by default the first that has the person.
   * @throws Error where there is no such person
   */
  person(email: string, organizationId?: string): PersonEditor
  /** The directory with this id, to be edited; throws where there is none. */
  directory(id: string): DirectoryEditor
  /** What webhooks are signed with; everybody knows it. */
  readonly webhookSecret: string
  /**
   * Has every event sent to an address, signed, and again as Scalekit does until it is answered
   * with a 2xx.
   *
   * @returns a function that ends the subscription
   */
  subscribe(subscription: Subscription): () => void
  /**
   * Sends an event to all who subscribed to its type.
   *
   * @param data Default: Scalekit's example, about Ada of Acme.
   * @param faults What goes wrong on the way.
   * @returns what became of it once every attempt that is due was answered
   */
  deliver<Type extends EventType>(
    type: Type,
    data?: DataOf<Type>,
    faults?: DeliveryFaults,
  ): Promise<readonly EmulatedDelivery[]>
  /** What was ever on its way to a subscription: the newest 10 000, oldest first. */
  readonly deliveries: readonly EmulatedDelivery[]
  /** The secret that signs the calls of interceptors. It is public. */
  readonly interceptorSecret: string
  /**
   * Has an endpoint asked before something happens. Several at one point are asked in their order,
   * until one denies.
   *
   * @returns a function that removes it again
   */
  intercept(interceptor: EmulatedInterceptor): () => void
  /** The latest 200 calls of interceptors, oldest first. */
  readonly interceptorCalls: readonly EmulatedInterceptorCall[]
  /** Every logout token that was sent to {@link EmulatorSeed.backChannelLogoutUri}, oldest first. */
  readonly backChannelLogouts: readonly BackChannelLogout[]
  /** Resolves when every attempt that is due by now, and every logout token, was answered. */
  settled(): Promise<void>
  /**
   * Moves the emulator's clock; negative numbers move it back. Attempts that are due then are made,
   * and sessions whose time is over end.
   * They are signed with the time of {@link EmulatorSeed.clock}, or no receiver would take them.
   */
  advance(seconds: number): void
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/**
 * Starts an emulator of Scalekit on the loopback interface: on 127.0.0.1 and, where there is one,
 * on ::1, so that `localhost` reaches it whatever the name resolves to.
 *
 * @throws in a process whose `NODE_ENV` is `production`, unless `dangerouslyAllowEmulator` is true;
 * when the port is taken; when `stateFile` holds no state
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

/** Both as one object. A spread would read getters once and for all. */
function joined<One extends object, Other extends object>(one: One, other: Other): One & Other {
  return Object.defineProperties(one, Object.getOwnPropertyDescriptors(other)) as One & Other
}
