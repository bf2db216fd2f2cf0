/** Where this package writes what a developer or an operator should know. Never holds a secret. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
  /**
   * Makes a logger whose lines carry these fields, as `child` of pino, bunyan and winston does. The
   * lines of a logger without it are the sentences alone.
   */
  child?(fields: LogFields): Logger
}

/** What a line is about, beside its sentence. Only what is known is there. */
export interface LogFields {
  /** The code of an error. */
  readonly code?: string
  readonly organizationId?: string
  /** The subject. An email address in it is cut. */
  readonly userId?: string
  /**
   * For a failed call of Scalekit's API, the id that Scalekit's support finds it by. Otherwise the
   * `req.id` of the request, where the application or pino-http set one.
   */
  readonly requestId?: string | number
  /** The same on every line of one sign-in. */
  readonly signInId?: string
  /** The `webhook-id` or `interceptor-id`. */
  readonly deliveryId?: string
}

/** Fields of which some may not be known. */
export type PossibleFields = {
  readonly [Name in keyof LogFields]?: LogFields[Name] | undefined
}

/** The methods that a logger must have. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

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
export function warnerOnce(
  logger: Logger,
  level: 'info' | 'warn' = 'warn',
): (message: string) => void {
  const given = new Set<string>()
  return function warnOnce(message) {
    if (given.has(message)) return
    given.add(message)
    logger[level](message)
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

/** Text from outside as a line shows it: as it is where it is a plain id, otherwise quoted. */
export function plainOrQuoted(text: string): string {
  return /^[\w.:;|@%+~-]{1,300}$/.test(text) ? text : quote(text)
}

/** Makes lines carry the fields that are known, where the logger has `child`. */
export function withFields(logger: Logger, fields: PossibleFields): Logger {
  if (typeof logger.child !== 'function') return logger
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  if (known.length === 0) return logger
  return logger.child(Object.fromEntries(known.map(([name, value]) => [name, shown(value!)])))
}

/** Writes a debug line. No email address gets into it, whatever it is made of. */
export function debug(logger: Logger, message: string, fields: PossibleFields = {}): void {
  withFields(logger, fields).debug(withoutAddresses(message))
}

function shown(value: string | number): string | number {
  return typeof value === 'string' ? withoutAddresses(value) : value
}

/**
 * The part before the `@`, also where a URL encodes it. The lookbehind lets it begin only where a
 * word does, so that the time for a text grows with its length and not with the square of it.
 */
const localPart = /(?<![^\s"'<>()[\]{};,:/?&=@])[^\s"'<>()[\]{};,:/?&=@]+(?=@|%40)/g

/** Cuts email addresses to their domains: subjects, paths and your own ids may hold some. */
function withoutAddresses(text: string): string {
  return /@|%40/.test(text) ? text.replace(localPart, '…') : text
}
