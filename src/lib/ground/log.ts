/** Receives what a developer or an operator should know. No line contains a secret. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
  /**
   * Returns a logger whose lines carry these fields, as `child` of pino, bunyan and winston does.
   * Without this method, lines are written without fields.
   */
  child?(fields: LogFields): Logger
}

/** Structured fields of a log line, besides its message. Unknown fields are absent. */
export interface LogFields {
  /** The code of an error. */
  readonly code?: string
  readonly organizationId?: string
  /** The user's OpenID Connect subject. An email address in it is cut to its domain. */
  readonly userId?: string
  /**
   * For a failed call of Scalekit's API: the id by which Scalekit's support finds it. Otherwise the
   * request's `req.id`, if the application or pino-http set one.
   */
  readonly requestId?: string | number
  /** Identifies a sign-in: all its lines carry this value. */
  readonly signInId?: string
  /** The `webhook-id` or `interceptor-id`. */
  readonly deliveryId?: string
}

/** Fields, any of which may be unknown. */
export type PossibleFields = {
  readonly [Name in keyof LogFields]?: LogFields[Name] | undefined
}

/** The methods that a logger must have. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/**
 * Writes to the console. `debug` lines are only written if the `DEBUG` variable mentions scalekit.
 */
export function consoleLogger(env: { readonly DEBUG?: string | undefined }): Logger {
  const isVerbose = /scalekit/.test(env.DEBUG ?? '')
  return {
    debug: (message) => isVerbose && console.debug(`[scalekit] ${message}`),
    info: (message) => console.info(`[scalekit] ${message}`),
    warn: (message) => console.warn(`[scalekit] ${message}`),
    error: (message) => console.error(`[scalekit] ${message}`),
  }
}

/** Returns a function that logs each distinct warning once. It remembers every message it gets. */
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

/** Maximum number of characters that a log line quotes of an external string. */
const maxQuotedLength = 300

/** Makes an external string safe for a log line: quoted, on one line, truncated. */
export function quote(text: string): string {
  const cut = text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, '?')
}

/**
 * Describes a thrown value. Any value can be thrown, even one that cannot be converted to a string.
 */
export function textOfThrown(error: unknown): string {
  try {
    return String(error)
  } catch {
    return Object.prototype.toString.call(error)
  }
}

/** Shows an external string in a log line: a plain id as it is, anything else quoted. */
export function plainOrQuoted(text: string): string {
  return /^[\w.:;|@%+~-]{1,300}$/.test(text) ? text : quote(text)
}

/** Returns a logger whose lines carry the known fields, if the logger has `child`. */
export function withFields(logger: Logger, fields: PossibleFields): Logger {
  if (typeof logger.child !== 'function') return logger
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  if (known.length === 0) return logger
  return logger.child(Object.fromEntries(known.map(([name, value]) => [name, shown(value!)])))
}

/**
 * Writes a debug line. Email addresses in the message and in the fields are cut to their domains.
 */
export function debug(logger: Logger, message: string, fields: PossibleFields = {}): void {
  withFields(logger, fields).debug(withoutAddresses(message))
}

function shown(value: string | number): string | number {
  return typeof value === 'string' ? withoutAddresses(value) : value
}

/**
 * The part before the `@`, also if the `@` is URL-encoded. The lookbehind only lets a match begin
 * at the start of a word, so that the time grows linearly with the length of the string and not
 * with its square.
 */
const localPart = /(?<![^\s"'<>()[\]{};,:/?&=@])[^\s"'<>()[\]{};,:/?&=@]+(?=@|%40)/g

/**
 * Cuts email addresses to their domains. Subjects, paths and the application's own ids may contain
 * some.
 */
function withoutAddresses(text: string): string {
  return /@|%40/.test(text) ? text.replace(localPart, '…') : text
}
