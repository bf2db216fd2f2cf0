/** How often the parent process is looked for, in milliseconds. */
const parentCheckMs = 500

/**
 * Calls a function once when the process is to end: at SIGINT, at SIGTERM, or when npm, which
 * started it, has ended. npm passes no SIGTERM on, and would leave this process behind. Without
 * npm, a parent that ends means nothing: `emulator &` outlives its shell.
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
