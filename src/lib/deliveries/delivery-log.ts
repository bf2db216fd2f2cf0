import { debug, type Logger, type PossibleFields } from '../ground/log.ts'
import type { Claim, VerifiedDelivery } from './delivery.ts'

/** What lines about a delivery carry beside their sentences. */
export function deliveryFields({ deliveryId, event }: VerifiedDelivery): PossibleFields {
  const { organization_id: organizationId } = event
  return { deliveryId, ...(typeof organizationId === 'string' ? { organizationId } : {}) }
}

/** Writes a debug line about a delivery. */
export function tellDelivery(logger: Logger, delivery: VerifiedDelivery, message: string): void {
  debug(logger, `webhook ${delivery.deliveryId}: ${message}`, deliveryFields(delivery))
}

/** Says what the ledger answered to a claim. */
export function tellClaim(
  logger: Logger,
  delivery: VerifiedDelivery,
  { status, attempt }: Pick<Claim, 'status' | 'attempt'>,
): void {
  const messages = {
    claimed: `claimed, attempt ${attempt}`,
    busy: 'duplicate, it is being handled',
    done: 'duplicate, it was handled before',
  }
  tellDelivery(logger, delivery, messages[status])
}

/** Says what the kit itself did about a delivery. */
export function tellRevocations(logger: Logger, delivery: VerifiedDelivery, written: number): void {
  tellDelivery(logger, delivery, `revocations written: ${written}`)
}
