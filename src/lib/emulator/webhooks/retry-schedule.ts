import { longestTimerMs } from '../../ground/longest-timer.ts'

/**
 * One of the four numbers of attempts on Scalekit's pages. The pages name the times for four
 * attempts (0, 1, 5 and 15 minutes) and for six (within 22 minutes). Eight attempts take about ten
 * hours.
 */
export type RetrySchedule = '3-attempts' | '4-attempts' | '6-attempts' | '8-attempts'

/**
 * The pauses between the attempts, in seconds. Those of the first and the last schedule are made
 * up.
 */
const documented: Readonly<Record<RetrySchedule, readonly number[]>> = {
  '3-attempts': [5, 30],
  '4-attempts': [60, 240, 600],
  '6-attempts': [5, 30, 120, 300, 900],
  '8-attempts': [5, 60, 300, 1_800, 3_600, 10_800, 19_200],
}

export const retrySchedules = Object.keys(documented) as readonly RetrySchedule[]

/** @returns the pauses between the attempts, in seconds */
export function retryWaits(schedule: RetrySchedule | readonly number[]): readonly number[] {
  const waits = typeof schedule === 'string' ? documented[schedule] : schedule
  if (Array.isArray(waits) && waits.every(isWait)) return waits
  throw new Error(
    `\`retrySchedule\` must be ${retrySchedules.join(', ')} or an array of waits in seconds, not ${JSON.stringify(schedule)}`,
  )
}

function isWait(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds >= 0 && seconds * 1000 <= longestTimerMs
}
