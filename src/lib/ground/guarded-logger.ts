import { withMethods } from './fields.ts'
import { answerAtOnce, callUnawaited } from './hooks.ts'
import { type LogFields, type Logger, logLevels, quote, textOfThrown } from './log.ts'

/** Called with the logger method that failed, and with the error. */
type OnFailure = (method: string, error: unknown) => void

/**
 * Wraps the application's logger. Its failures, synchronous or asynchronous, neither reach the kit
 * nor end the process. The first failure is written to the console. Later failures are silent,
 * because a broken logger would otherwise fill the console.
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

/**
 * Returns `undefined` if the logger's `child` failed. The lines are then written without fields.
 */
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
      // The console is the last resort: a failure of it cannot be reported.
      () => {},
    )
  }
}
