/** How long a delivery that nobody finished is remembered, in milliseconds: all of its attempts. */
export const deliveryMemoryMs: number = 24 * 3_600_000
/** Where dead letters lie in memory, the oldest of more than this go first. */
export const maxDeadLetters = 1000
/** How long a lease on the tokens of a session is remembered after its end, in milliseconds. */
export const leaseMemoryMs = 600_000
