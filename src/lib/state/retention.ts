/**
 * How long an unfinished delivery is remembered, in milliseconds. All attempts at it fall into that
 * time.
 */
export const deliveryMemoryMs: number = 24 * 3_600_000
/** Maximum number of dead letters in a memory or Redis store. The oldest is dropped first. */
export const maxDeadLetters = 1000
/**
 * How long the ledger of leases remembers a session's last lease after its end, in milliseconds.
 */
export const leaseMemoryMs = 600_000
