import { addBounded } from '../../ground/bounded.ts'
import type { Clock } from '../../ground/clock.ts'
import { emulatorWebhookSecret } from '../../ground/sample-secrets.ts'
import { type EventType, eventTypeOf, eventTypes } from '../../webhooks/events.ts'
import { signWebhook } from '../../webhooks/signature.ts'
import { randomId } from '../format/ids.ts'
import { createAgenda } from './agenda.ts'
import type { Delivery, DeliveryFaults, EmulatedSubscription, Subscription } from './delivery.ts'
import { type DataOf, newEvent } from './event.ts'
import { createLane, type Lane } from './lane.ts'

/** Sends events to their subscriptions. */
export interface Webhooks {
  /** The newest 10 000 deliveries, oldest first. */
  readonly deliveries: readonly Delivery[]
  /** The active subscriptions. */
  readonly subscriptions: () => readonly EmulatedSubscription[]
  subscribe(subscription: Subscription): EmulatedSubscription
  /**
   * Ends a subscription. Deliveries in progress still arrive.
   *
   * @returns whether the subscription existed
   */
  unsubscribe(id: string): boolean
  /** Sends an event. Default for `data`: the documented example. */
  publish<Type extends EventType>(
    type: Type,
    data?: DataOf<Type>,
    faults?: DeliveryFaults,
  ): readonly Delivery[]
  /** Makes another attempt at a finished delivery. */
  redeliver(delivery: Delivery): void
  /** Drops all deliveries, pending attempts and earlier subscriptions. */
  restart(subscriptions: readonly Subscription[]): void
  /** Makes the attempts that are due now. */
  runDue(): void
  /** Resolves when every due attempt has been answered or has timed out. */
  settled(): Promise<void>
  /** Aborts the deliveries in progress. */
  close(): void
}

export interface WebhookSettings {
  /** The subscriptions at startup. */
  readonly webhooks: readonly Subscription[]
  /** The pauses between attempts, in seconds. */
  readonly retryWaitsSeconds: readonly number[]
  readonly retryScale: number
  /** The host's time, which `advance` does not move. */
  readonly clock: Clock
  readonly log: (line: string) => void
}

export function createWebhooks(settings: WebhookSettings, clock: Clock): Webhooks {
  const agenda = createAgenda(clock)
  let closing = new AbortController()
  const lanes = new Map<EmulatedSubscription, Lane>()
  const laneOf = new WeakMap<Delivery, Lane>()
  const deliveries: Delivery[] = []
  const working = new Set<Promise<void>>()
  const { clock: hostClock, retryWaitsSeconds, retryScale, log } = settings
  const track = (work: Promise<void>) => {
    const tracked = work.finally(() => working.delete(tracked))
    working.add(tracked)
    return tracked
  }
  const parts = { clock, hostClock, agenda, retryWaitsSeconds, retryScale, track, log }

  function subscribe({ url, secret = emulatorWebhookSecret, events = eventTypes }: Subscription) {
    assertUsable(url, secret)
    const subscription = { id: randomId('sub_'), url, secret, events }
    lanes.set(subscription, createLane(subscription, { ...parts, closing: closing.signal }))
    return subscription
  }
  for (const subscription of settings.webhooks) subscribe(subscription)

  return {
    deliveries,
    subscriptions: () => [...lanes.keys()],
    subscribe,
    unsubscribe(id) {
      const subscription = [...lanes.keys()].find((candidate) => candidate.id === id)
      return subscription !== undefined && lanes.delete(subscription)
    },
    publish(type, data, faults = {}) {
      assertDocumented(type)
      const event = newEvent(type, clock, data)
      const id = randomId('msg_')
      const wanting = [...lanes].filter(([{ events }]) => events.includes(type))
      const begun = wanting.flatMap(([, lane]) => {
        const sent = lane.send(event, id, faults)
        for (const delivery of sent) laneOf.set(delivery, lane)
        return sent
      })
      addBounded(deliveries, ...begun)
      return begun
    },
    redeliver: (delivery) => laneOf.get(delivery)?.resend(delivery),
    restart(subscriptions) {
      closing.abort()
      closing = new AbortController()
      agenda.clear()
      deliveries.splice(0)
      lanes.clear()
      for (const subscription of subscriptions) subscribe(subscription)
    },
    runDue: agenda.runDue,
    async settled() {
      agenda.runDue()
      while (working.size > 0) {
        await Promise.all(working)
        agenda.runDue()
      }
    },
    close() {
      agenda.close()
      closing.abort()
    },
  }
}

/** Checked at the subscription: an error at the first event would not reach the developer. */
function assertUsable(url: string, secret: string): void {
  if (!URL.canParse(url)) throw new Error(`The URL of a subscription must be absolute, not ${url}`)
  signWebhook({ id: 'check', body: '', secret })
}

function assertDocumented(type: string): void {
  if (eventTypeOf(type) !== type) throw new Error(`Scalekit documents no event type ${type}`)
}
