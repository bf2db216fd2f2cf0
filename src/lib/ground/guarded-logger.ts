import { withMethods } from './fields.ts'
import { answerAtOnce, callUnawaited } from './hooks.ts'
import { type LogFields, type Logger, logLevels, quote, textOfThrown } from './log.ts'

/** Told which method of a logger failed, and why. */
type OnFailure = (method: string, error: unknown) => void

/**
 * Calls the logger of an application so that no failure of it, at once or later, reaches the kit or
 * ends the process. The console then gets one line; further lines may be lost without a word, since
 * a logger that is down would otherwise fill the console.
 */
export function guardedLogger(logger: Logger, onFailure: OnFailure = tellOnce()): Logger {
  const level = (name: (typeof logLevels)[number]) => (message: string) =>
    callUnawaited(
      () => logger[name](message),
      (error) => onFailure(name, error),
    )
  const guarded: Logger = {
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
  }
  if (typeof logger.child !== 'function') return guarded
  return { ...guarded, child: (fields) => childOf(logger, fields, onFailure) ?? guarded }
}

/** Nothing where the logger made none: the lines are then written without their fields. */
function childOf(logger: Logger, fields: LogFields, onFailure: OnFailure): Logger | undefined {
  try {
    const child = answerAtOnce(() => logger.child?.(fields))
    return guardedLogger(withMethods<Logger>(child, logLevels), onFailure)
  } catch (error) {
    onFailure('child', error)
    return undefined
  }
}

function tellOnce(): OnFailure {
  let isTold = false
  return function tell(method, error) {
    if (isTold) return
    isTold = true
    const why = quote(textOfThrown(error))
    callUnawaited(
      () =>
        console.error(
          `[scalekit] logger_failed: \`logger.${method}\` failed: ${why}. Log lines are lost until it works. This is said once.`,
        ),
      // There is no other place to say it.
      () => {},
    )
  }
}
