import type { Logger } from '../../src/index.ts'

/** A logger that keeps its lines, each with its level in front. */
export function recordingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const level = (name: string) => (message: string) => void lines.push(`${name} ${message}`)
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
