import type { Clock } from '../../ground/clock.ts'
import { longestTimerMs } from '../../ground/longest-timer.ts'

/** Work scheduled by the emulator's clock. */
export interface Agenda {
  add(dueAt: number, run: () => void): void
  /** Runs the due work, the earliest first. */
  runDue(): void
  /** Drops all scheduled work. */
  clear(): void
  /** Drops all scheduled work and accepts no more. */
  close(): void
}

/** A timer checks again when the next work should be due. It does not keep the process alive. */
export function createAgenda(clock: Clock): Agenda {
  let entries: { readonly dueAt: number; readonly run: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function setTimer(): void {
    clearTimeout(timer)
    const [next] = entries
    if (!next) return
    const waitMs = Math.min(Math.max(next.dueAt - clock(), 1), longestTimerMs)
    timer = setTimeout(runDue, waitMs).unref()
  }

  function runDue(): void {
    const now = clock()
    const due = entries.filter(({ dueAt }) => dueAt <= now)
    entries = entries.filter(({ dueAt }) => dueAt > now)
    setTimer()
    for (const { run } of due) run()
  }

  function clear(): void {
    entries = []
    clearTimeout(timer)
  }

  return {
    add(dueAt, run) {
      if (isClosed) return
      entries.push({ dueAt, run })
      entries.sort((one, other) => one.dueAt - other.dueAt)
      setTimer()
    },
    runDue,
    clear,
    close() {
      isClosed = true
      clear()
    },
  }
}
