import type { EventType } from '../../webhooks/events.ts'
import type { Tampering } from './attempt.ts'
import type { WireEvent } from './event.ts'

/** The delivery of an event to a subscription. */
export interface EmulatedDelivery {
  /** The `webhook-id`: the same for every attempt and for every subscription. */
  readonly id: string
  readonly type: EventType
  readonly url: string
  readonly event: WireEvent
  readonly state: 'waiting' | 'delivered' | 'given-up'
  readonly attempts: readonly DeliveryAttempt[]
}

/** One attempt of a delivery, with the response. */
export interface DeliveryAttempt {
  /** When it was made, in milliseconds since the epoch, by the emulator's clock. */
  readonly at: number
  /** Absent if no response arrived within ten seconds. */
  readonly status?: number
}

/** The faults of a delivery. */
export interface DeliveryFaults {
  /** The number of additional copies, all sent at the same time. Default: 0. */
  readonly duplicate?: number
  /** Whether it waits until the next event has been sent. Default: false. */
  readonly reorder?: boolean
  /** The part that is altered after signing, in every attempt. Default: none. */
  readonly tamper?: Tampering
  /** The delay of the first attempt, by the emulator's clock. Default: 0. */
  readonly delaySeconds?: number
}

/** An endpoint that receives events. */
export interface Subscription {
  readonly url: string
  /** `whsec_` and base64. Default: {@link Emulator.webhookSecret}. */
  readonly secret?: string
  /** Default: all. */
  readonly events?: readonly EventType[]
}

/** An active subscription. */
export interface EmulatedSubscription extends Required<Subscription> {
  /** `sub_` and digits. */
  readonly id: string
}

/** A delivery in progress. */
export interface Delivery extends EmulatedDelivery {
  state: EmulatedDelivery['state']
  readonly attempts: DeliveryAttempt[]
  readonly body: string
  readonly tamper?: Tampering
  /** When the next attempt is due. */
  dueAt: number
}
