import { createHash } from 'node:crypto'
import type { DeliveryInfo, Emit } from '../auth/events.ts'
import { randomText } from '../ground/bytes.ts'
import { ScalekitError, WebhookError } from '../ground/errors.ts'
import type { HealthState } from '../ground/health-state.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { ClaimAnswer, DeadLetter, DeliveryClaim, Ledger } from '../state/store.ts'
import { parseBody } from '../webhooks/body.ts'
import { readEvent, type ScalekitEvent } from '../webhooks/events.ts'

/** How long a claim lasts unless it is renewed: a process that died holds a delivery this long. */
export const leaseMs = 30_000
/** How long done deliveries are remembered: longer than attempts, and replays by hand, go on. */
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
 * What became of a delivery. `late`: it is still being handled, and will be settled; until then the
 * sender may ask again. `given-up`: it failed for good, and is kept. `queued`: a queue has it, which
 * will not lose it.
 */
export type Outcome = 'handled' | 'given-up' | 'done' | 'busy' | 'failed' | 'late' | 'queued'

/** Takes deliveries to their handlers so that none is lost and none takes effect twice. */
export interface Deliveries {
  /** @throws ScalekitError `store_unavailable`, WebhookError `webhook_queue_unavailable` */
  take(delivery: VerifiedDelivery): Promise<Outcome>
  /** Begins to handle what waits in a queue, where there is one. */
  start(): void
  /** Begins nothing more, and ends with what has begun, or after a while. */
  close(): Promise<void>
  /** Whether the queue takes deliveries, where there is one. */
  health?(): HealthState
}

/** An answer to a claim, with the owner who asked. */
export type Claim = ClaimAnswer & { readonly owner: string }

/** How a delivery is claimed. */
export interface ClaimOptions extends Pick<DeliveryClaim, 'leaseMs' | 'evenIfDone'> {
  readonly emit: Emit
}

/** Asks the ledger for a delivery. */
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

/** Somebody else has it, and this attempt is to be made again. */
export function busy(): WebhookError {
  return new WebhookError('webhook_busy', 'The delivery is already being handled')
}

/** Another body came under the id of a delivery. */
export function tellReuse(delivery: VerifiedDelivery, attempt: number, emit: Emit): void {
  const info = infoOf(delivery, attempt)
  emit('webhook.failed', { ...info, code: 'webhook_id_reused', isFinal: false })
}

export function infoOf({ deliveryId, event }: VerifiedDelivery, attempt: number): DeliveryInfo {
  const { organization_id: organizationId } = event
  const info = { deliveryId, type: String(event.type), attempt }
  return typeof organizationId === 'string' ? { ...info, organizationId } : info
}

/** Why an attempt failed, as a code; what handlers throw may hold anything. */
export function codeOf(error: unknown): string {
  return error instanceof ScalekitError ? error.code : 'unexpected'
}

/** A delivery whole, so that it can be handled after all. */
export function letterOf(
  { deliveryId, event, raw }: VerifiedDelivery,
  { reason, failedAt, attempt }: Pick<DeadLetter, 'reason' | 'failedAt' | 'attempt'>,
): DeadLetter {
  return { deliveryId, type: String(event.type), body: raw.toString(), reason, failedAt, attempt }
}

/** A verified delivery that was kept as text, to be handled after all. */
export function deliveryOf(
  { deliveryId, body }: Pick<DeadLetter, 'deliveryId' | 'body'>,
  receivedAt: number,
): VerifiedDelivery {
  const raw = Buffer.from(body)
  return { deliveryId, raw, event: readEvent(parseBody(raw)), receivedAt }
}
