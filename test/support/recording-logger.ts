import type { LogFields, Logger } from '../../src/index.ts'

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

/** A line as a logger with `child` writes it. */
export interface LineWithFields {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

/** A logger with `child`, as pino and bunyan have it, that keeps its lines with their fields. */
export function fieldsLogger(): { logger: Logger; lines: LineWithFields[] } {
  const lines: LineWithFields[] = []
  function loggerWith(fields: LogFields): Logger {
    const level = (name: string) => (message: string) => {
      lines.push({ level: name, message, fields })
      const line = `${name} ${message} ${JSON.stringify(fields)}`
      for (const listen of lineListeners) listen(line)
    }
    return {
      debug: level('debug'),
      info: level('info'),
      warn: level('warn'),
      error: level('error'),
      child: (more) => loggerWith({ ...fields, ...more }),
    }
  }
  return { logger: loggerWith({}), lines }
}
