import type { EventType } from '../../webhooks/events.ts'
import type { Tampering } from './attempt.ts'
import type { WireEvent } from './event.ts'

/** An event on its way to a subscription. */
export interface EmulatedDelivery {
  /** `webhook-id`: the same in every attempt, and for every subscription. */
  readonly id: string
  readonly type: EventType
  readonly url: string
  readonly event: WireEvent
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly attempts: readonly DeliveryAttempt[]
}

/** One attempt to deliver, and what came back. */
export interface DeliveryAttempt {
  /** When it was made, in milliseconds since the epoch, by the emulator's clock. */
  readonly at: number
  /** Missing when there was no answer within ten seconds. */
  readonly status?: number
}

/** What goes wrong on the way. */
export interface DeliveryFaults {
  /** How often it is sent besides, all at the same time. Default: 0. */
  readonly duplicate?: number
  /** Whether it waits until the next event was sent. Default: false. */
  readonly reorder?: boolean
  /** What is altered after signing, in every attempt. Default: nothing. */
  readonly tamper?: Tampering
  /** How long the first attempt waits, by the emulator's clock. Default: 0. */
  readonly delaySeconds?: number
}

/** Where events are sent. */
export interface Subscription {
  readonly url: string
  /** `whsec_` and base64. Default: {@link Emulator.webhookSecret}. */
  readonly secret?: string
  /** Default: all. */
  readonly events?: readonly EventType[]
}

/** A subscription that gets events. */
export interface EmulatedSubscription extends Required<Subscription> {
  /** `sub_` and digits. */
  readonly id: string
}

/** A delivery as it goes on. */
export interface Delivery extends EmulatedDelivery {
  state: EmulatedDelivery['state']
  readonly attempts: DeliveryAttempt[]
  readonly body: string
  readonly tamper?: Tampering
  /** When the next attempt is to be made. */
  dueAt: number
}
