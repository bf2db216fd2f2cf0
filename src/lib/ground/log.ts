/** Where this package writes what a developer or an operator should know. Never holds a secret. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Writes to the console; `debug` only when the `DEBUG` variable mentions scalekit. */
export function consoleLogger(env: { readonly DEBUG?: string | undefined }): Logger {
  const isVerbose = /scalekit/.test(env.DEBUG ?? '')
  return {
    debug: (message) => isVerbose && console.debug(`[scalekit] ${message}`),
    info: (message) => console.info(`[scalekit] ${message}`),
    warn: (message) => console.warn(`[scalekit] ${message}`),
    error: (message) => console.error(`[scalekit] ${message}`),
  }
}

/** Makes a function that warns of each message the first time only. Keeps every message it gets. */
export function warnerOnce(logger: Logger): (message: string) => void {
  const given = new Set<string>()
  return function warnOnce(message) {
    if (given.has(message)) return
    given.add(message)
    logger.warn(message)
  }
}

/** Longest text from outside that a log line repeats, in characters. */
const maxQuotedLength = 300

/** Makes text from outside safe for a log line: quoted, one line, cut. */
export function quote(text: string): string {
  const cut = text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, '?')
}

/** What was thrown, as text; anything can be thrown, also what none can be made of. */
export function textOfThrown(error: unknown): string {
  try {
    return String(error)
  } catch {
    return Object.prototype.toString.call(error)
  }
}
