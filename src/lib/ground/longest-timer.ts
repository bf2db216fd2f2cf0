/** The longest timer, in milliseconds (24.8 days). Node and browsers fire a longer one at once. */
export const longestTimerMs: number = 2 ** 31 - 1
