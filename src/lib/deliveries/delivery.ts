import { createHash } from 'node:crypto'
import type { DeliveryInfo, Emit } from '../auth/events.ts'
import { randomText } from '../ground/bytes.ts'
import { ScalekitError, WebhookError } from '../ground/errors.ts'
import type { HealthState } from '../ground/health-state.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { ClaimAnswer, DeadLetter, DeliveryClaim, Ledger } from '../state/store.ts'
import { parseBody } from '../webhooks/body.ts'
import { readEvent, type ScalekitEvent } from '../webhooks/events.ts'

/**
 * How long a claim lasts without renewal, in milliseconds: a crashed process holds a delivery for
 * this long.
 */
export const leaseMs = 30_000
/**
 * How long finished deliveries are remembered, in milliseconds: longer than Scalekit retries them
 * or a person replays them.
 */
export const keepMs: number = 7 * 24 * 3_600_000

/** A delivery whose signature was verified. */
export interface VerifiedDelivery {
  /** The `webhook-id`. */
  readonly deliveryId: string
  readonly raw: Buffer
  readonly event: ScalekitEvent
  /** In milliseconds since the epoch. */
  readonly receivedAt: number
}

/**
 * The result of a delivery. `late`: it is still being handled and will be settled; until then the
 * sender may retry. `given-up`: it failed for good and is kept as a dead letter. `queued`: it is in
 * a persistent queue.
 */
export type Outcome = 'handled' | 'given-up' | 'done' | 'busy' | 'failed' | 'late' | 'queued'

/** Passes deliveries to their handlers. None is lost and none takes effect twice. */
export interface Deliveries {
  /** @throws ScalekitError `store_unavailable`, WebhookError `webhook_queue_unavailable` */
  take(delivery: VerifiedDelivery): Promise<Outcome>
  /** Starts handling queued deliveries, if there is a queue. */
  start(): void
  /** Starts no more deliveries. Resolves when the running ones have ended, or after a timeout. */
  close(): Promise<void>
  /** Whether the queue accepts deliveries, if there is a queue. */
  health?(): HealthState
}

/** The response to a claim, with the owner that requested it. */
export type Claim = ClaimAnswer & { readonly owner: string }

/** Options of a claim. */
export interface ClaimOptions extends Pick<DeliveryClaim, 'leaseMs' | 'evenIfDone'> {
  readonly emit: Emit
}

/** Claims a delivery in the ledger. */
export async function claim(
  ledger: Ledger,
  delivery: VerifiedDelivery,
  { emit, ...options }: ClaimOptions,
): Promise<Claim> {
  const { deliveryId, raw } = delivery
  const owner = randomText(128)
  const bodyHash = createHash('sha256').update(raw).digest('base64url')
  const answer = await ledger
    .claim({ deliveryId, bodyHash, owner, ...options })
    .catch((cause: unknown) => {
      throw storeUnavailable('The store of deliveries failed', cause)
    })
  if (!answer.isSameBody) tellReuse(delivery, answer.attempt, emit)
  return { ...answer, owner }
}

/** Creates the error for a delivery that another process is handling. The sender should retry. */
export function busy(): WebhookError {
  return new WebhookError('webhook_busy', 'The delivery is already being handled')
}

/** Reports that two deliveries with one id have different bodies. */
export function tellReuse(delivery: VerifiedDelivery, attempt: number, emit: Emit): void {
  const info = infoOf(delivery, attempt)
  emit('webhook.failed', { ...info, code: 'webhook_id_reused', isFinal: false })
}

export function infoOf({ deliveryId, event }: VerifiedDelivery, attempt: number): DeliveryInfo {
  const { organization_id: organizationId } = event
  const info = { deliveryId, type: String(event.type), attempt }
  return typeof organizationId === 'string' ? { ...info, organizationId } : info
}

/**
 * Returns the error code of a failed attempt. Errors of handlers are not shown, because they may
 * contain any data.
 */
export function codeOf(error: unknown): string {
  return error instanceof ScalekitError ? error.code : 'unexpected'
}

/** Creates the dead letter of a delivery. It is complete, so that it can be replayed. */
export function letterOf(
  { deliveryId, event, raw }: VerifiedDelivery,
  { reason, failedAt, attempt }: Pick<DeadLetter, 'reason' | 'failedAt' | 'attempt'>,
): DeadLetter {
  return { deliveryId, type: String(event.type), body: raw.toString(), reason, failedAt, attempt }
}

/** Restores a verified delivery that was stored as a string. */
export function deliveryOf(
  { deliveryId, body }: Pick<DeadLetter, 'deliveryId' | 'body'>,
  receivedAt: number,
): VerifiedDelivery {
  const raw = Buffer.from(body)
  return { deliveryId, raw, event: readEvent(parseBody(raw)), receivedAt }
}
