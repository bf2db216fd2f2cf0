import type { Clock } from '../../ground/clock.ts'
import { longestTimerMs } from '../../ground/longest-timer.ts'

/** What is to be done later, by the emulator's clock. */
export interface Agenda {
  add(dueAt: number, run: () => void): void
  /** Does what is due, the earliest first. */
  runDue(): void
  /** Forgets everything. */
  clear(): void
  /** Forgets everything, for good. */
  close(): void
}

/** A timer looks again when the next thing should be due; it does not keep the process alive. */
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
