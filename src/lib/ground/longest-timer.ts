/** Over three weeks, in milliseconds: Node and browsers fire a timer for longer at once. */
export const longestTimerMs: number = 2 ** 31 - 1
