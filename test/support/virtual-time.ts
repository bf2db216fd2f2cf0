import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { startEmulator } from '../../src/testing.ts'

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis

/** How much time passes in one turn of the event loop, in milliseconds. */
const turnMs = 10

/**
 * In a suite, time passes with the turns of the event loop and not by the clock on the wall. A
 * server in the same process answers within a few turns, so a slow machine slows time itself, and
 * a deadline can be tested to the millisecond.
 */
export function useVirtualTime(): void {
  let stop = () => {}
  beforeAll(async () => {
    await makeKeys()
    stop = startTurning()
  })
  afterAll(() => stop())
}

/** The same for one piece of work. */
export async function inVirtualTime<Value>(work: () => Promise<Value>): Promise<Value> {
  const stop = startTurning()
  return work().finally(stop)
}

/** In each test of a suite no time passes at all: work that waits for a timer never ends. */
export function useStandingTime(): void {
  beforeEach(stopClocks)
  afterEach(() => void vi.useRealTimers())
}

/** The same for one piece of work. */
export async function inStandingTime<Value>(work: () => Promise<Value>): Promise<Value> {
  stopClocks()
  return work().finally(() => vi.useRealTimers())
}

/**
 * Emulators make a key at their first sign-in, or take that of one that was closed. Another thread
 * makes it, so the turns until then depend on the machine.
 */
async function makeKeys(): Promise<void> {
  const emulator = await startEmulator()
  await fetch(`${emulator.url}/keys`)
  await emulator.close()
}

function startTurning(): () => void {
  stopClocks()
  let timer = startTimer(turn, 1)
  function turn(): void {
    vi.advanceTimersByTime(turnMs)
    timer = startTimer(turn, 1)
  }
  return () => {
    stopTimer(timer)
    vi.useRealTimers()
  }
}

/** Stops all that tells the time or waits for it, except for the timers inside of Node. */
function stopClocks(): void {
  const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const
  vi.useFakeTimers({ toFake: ['Date', 'performance', ...timers] })
}
