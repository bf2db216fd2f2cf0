/** Returns the current time in milliseconds since the epoch, as `Date.now` does. */
export type Clock = () => number

/**
 * How far another clock may be ahead of this process's clock, in milliseconds. The other clock is
 * Scalekit's, another process's, or this machine's before it was set back.
 */
export const clockSkewMs = 60_000

/**
 * The maximum difference between any two clocks on which a sign-out or a removal depends, in
 * milliseconds: those of the processes, the store and Scalekit.
 */
export const maxClockDifferenceMs = 300_000
