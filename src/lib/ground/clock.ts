/** Answers the current time in milliseconds since the epoch, as `Date.now` does. */
export type Clock = () => number

/**
 * How far another clock may be ahead of ours, in milliseconds: Scalekit's, another process's, or our
 * own before it was set back.
 */
export const clockSkewMs = 60_000

/**
 * How far any two of the clocks may differ that a sign-out or a removal depends on, in milliseconds:
 * those of the processes, of the store and of Scalekit.
 */
export const maxClockDifferenceMs = 300_000
