import type { Logger } from '../../src/index.ts'

/** Told of every line that any of these loggers keeps. */
export const lineListeners: Set<(line: string) => void> = new Set()

/** A logger that keeps its lines, each with its level in front. */
export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const level = (name: string) => (message: string) => {
    const line = `${name} ${message}`
    lines.push(line)
    for (const listen of lineListeners) listen(line)
  }
  return {
    lines,
    logger: {
      debug: level('debug'),
      info: level('info'),
      warn: level('warn'),
      error: level('error'),
    },
  }
}
