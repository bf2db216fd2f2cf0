/** What tells the time in a play, and lets it pass. All in milliseconds. */
export interface Timeline {
  /** Since the epoch of Unix. */
  now(): number
  delay(ms: number): Promise<void>
  /** Runs work in which `performance.now()` and `setTimeout` are of this timeline. */
  run<Value>(work: () => Promise<Value>): Promise<Value>
}

interface Timer {
  readonly at: number
  readonly run: () => void
  isCleared: boolean
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
}
const beginsAt = Date.UTC(2026, 0, 2, 3, 4, 5)

/**
 * Time that passes at once wherever everything waits. What is due first runs first, and all that
 * follows from it, before anything else: the same choices give the same order.
 */
export function virtualTimeline(): Timeline {
  const timers = timerQueue()
  let time = 0

  function start(run: () => void, ms = 0): Timer {
    const timer = { at: time + Math.max(0, ms), run, isCleared: false }
    timers.add(timer)
    return timer
  }

  async function runUntil(isOver: () => boolean): Promise<void> {
    for (;;) {
      await settled()
      if (isOver()) return
      const timer = timers.next()
      if (!timer) throw new Error('Everything waits, and nothing will ever happen')
      time = timer.at
      timer.run()
    }
  }

  return {
    now: () => beginsAt + time,
    delay: (ms) => new Promise((resolve) => void start(resolve, ms)),
    async run(work) {
      const restore = replaceTime({
        now: () => time,
        start: (run, ms) => start(run, ms),
        stop: (timer) => {
          if (timer) (timer as Timer).isCleared = true
        },
      })
      let isOver = false
      const end = () => {
        isOver = true
      }
      const done = work()
      done.then(end, end)
      try {
        await runUntil(() => isOver)
      } finally {
        restore()
      }
      return done
    },
  }
}

/** A timeline that is the machine’s own, so many times as fast. */
export interface FastTimeline extends Timeline {
  readonly factor: number
  /** The same instant by the clocks of the machine. */
  toReal(instant: number): number
  toVirtual(instant: number): number
}

/** For servers that have clocks of their own. */
export function fastTimeline(factor: number): FastTimeline {
  const startedAt = Date.now() - real.now()
  const now = () => real.now() * factor
  const start = (run: () => void, ms = 0) => real.setTimeout(run, ms / factor)
  const stop = (timer: unknown) => real.clearTimeout(timer as NodeJS.Timeout)
  let running = 0
  let restore = () => {}
  return {
    factor,
    now: () => startedAt + now(),
    delay: (ms) => new Promise((resolve) => void start(resolve, ms)),
    async run(work) {
      if (running === 0) restore = replaceTime({ now, start, stop })
      running += 1
      try {
        return await work()
      } finally {
        running -= 1
        if (running === 0) restore()
      }
    },
    toReal: (instant) => startedAt + (instant - startedAt) / factor,
    toVirtual: (instant) => startedAt + (instant - startedAt) * factor,
  }
}

interface Time {
  now(): number
  start(run: () => void, ms?: number): unknown
  stop(timer: unknown): void
}

/** @returns what puts the time of this machine back */
function replaceTime({ now, start, stop }: Time): () => void {
  const begin = (run: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) =>
    start(() => run(...given), ms)
  Object.defineProperty(performance, 'now', { value: now, configurable: true, writable: true })
  Object.assign(globalThis, { setTimeout: begin, clearTimeout: stop })
  return () => {
    Object.defineProperty(performance, 'now', {
      value: real.now,
      configurable: true,
      writable: true,
    })
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
  }
}

/** Until no promise is left that could go on by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

/** The earliest first; of the same moment, the one that was added first. */
function timerQueue() {
  const timers: Timer[] = []
  return {
    add(timer: Timer): void {
      let at = timers.length
      while (at > 0 && timers[at - 1]!.at <= timer.at) at -= 1
      timers.splice(at, 0, timer)
    },
    next(): Timer | undefined {
      for (;;) {
        const timer = timers.pop()
        if (!timer?.isCleared) return timer
      }
    },
  }
}
