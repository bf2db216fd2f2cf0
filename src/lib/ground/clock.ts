/** Answers the current time in milliseconds since the epoch, as `Date.now` does. */
export type Clock = () => number
