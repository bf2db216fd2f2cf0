/** How often the parent process is checked, in milliseconds. */
const parentCheckMs = 500

/**
 * Calls a function once when the process has to end: on SIGINT, on SIGTERM, or when npm, which
 * started it, has ended. npm does not forward SIGTERM, and would leave this process running.
 * Without npm, the end of the parent has no meaning: `emulator &` outlives its shell.
 */
export function onStop(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(signal))
  if (process.env.npm_command === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop('SIGTERM')
  }, parentCheckMs).unref()
}
