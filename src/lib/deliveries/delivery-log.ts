import type { Audit } from '../auth/audit.ts'
import type { Emit } from '../auth/events.ts'
import type { EndedSessions, Reaction } from '../auth/reactions.ts'
import { debug, type Logger, type PossibleFields, withFields } from '../ground/log.ts'
import { type Claim, infoOf, type VerifiedDelivery } from './delivery.ts'

/** The fields of log lines about a delivery. */
export function deliveryFields({ deliveryId, event }: VerifiedDelivery): PossibleFields {
  const { organization_id: organizationId } = event
  return { deliveryId, ...(typeof organizationId === 'string' ? { organizationId } : {}) }
}

/** Writes a debug line about a delivery. */
export function tellDelivery(logger: Logger, delivery: VerifiedDelivery, message: string): void {
  debug(logger, `webhook ${delivery.deliveryId}: ${message}`, deliveryFields(delivery))
}

/** Logs the ledger's response to a claim. */
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

/** Logs the kit's own reaction to a delivery. */
export function tellReaction(
  { logger, emit, audit }: { readonly logger: Logger; readonly emit: Emit; readonly audit: Audit },
  delivery: VerifiedDelivery & { readonly attempt?: number },
  { revocations, ended, changes, isUnheard, unmatchedRemovals: count }: Reaction,
): void {
  for (const sessions of ended) tellEnded(audit, delivery, sessions)
  tellDelivery(logger, delivery, `revocations written: ${revocations}`)
  if (changes > 0) tellDelivery(logger, delivery, `changes recorded: ${changes}`)
  if (isUnheard) withFields(logger, deliveryFields(delivery)).info(unheard(delivery))
  if (count === undefined) return
  emit('webhook.unmatched', { ...infoOf(delivery, delivery.attempt ?? 1), count })
  const log = withFields(logger, deliveryFields(delivery))
  log.info(
    `webhook ${delivery.deliveryId}: a user was removed of whom no sign-in is known (${count} since the start of this process)`,
  )
}

function tellEnded(audit: Audit, delivery: VerifiedDelivery, sessions: EndedSessions): void {
  const { deliveryId, event } = delivery
  const why = { cause: 'webhook', by: 'scalekit', reason: String(event.type) } as const
  audit('session.ended', undefined, () => ({ ...sessions, ...why, deliveryId }))
}

function unheard({ deliveryId, event }: VerifiedDelivery): string {
  return `webhook ${deliveryId}: ${event.type}, but sessions keep the roles and permissions of their sign-in: request the scope offline_access, or set \`authorization.resolve\``
}
