import { inspect } from 'node:util'
import { vi } from 'vitest'

/** Keeps what this process writes, to the console or past it, until it is stopped. */
export function captureOutput(): { readonly lines: string[]; stop(): void } {
  const lines: string[] = []
  const methods = (['debug', 'info', 'log', 'warn', 'error', 'trace'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      lines.push(
        values.map((value) => (typeof value === 'string' ? value : shown(value))).join(' '),
      )
    }),
  )
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      lines.push(String(chunk))
      return true
    }),
  )
  return {
    lines,
    stop() {
      for (const spy of [...methods, ...streams]) spy.mockRestore()
    },
  }
}

/** All there is to see of a value. */
export function shown(value: unknown): string {
  return inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })
}
