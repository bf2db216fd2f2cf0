import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorFields } from '../../ground/error-fields.ts'
import { asScalekitError, ConfigError, type ScalekitError } from '../../ground/errors.ts'
import { debug, type Logger, quote, withFields } from '../../ground/log.ts'
import { errorPage } from '../pages/pages.ts'
import { asksForPage } from '../request/navigation.ts'
import { logFieldsOf, nameOf } from '../request/request-log.ts'
import { sendPage, sendProblem, setHeaders } from '../request/respond.ts'
import type { Instance } from './instance.ts'
import { standInOf } from './stand-in.ts'

/** Where a failure happened, and how the user may go on. */
export interface FailureContext {
  /** What the log calls the route, e.g. `sign-in`. */
  readonly what: string
  /** Where the user tries again. Default: the sign-in. */
  readonly retryUrl?: string
  /** What the link to `retryUrl` says, where that is not the sign-in. */
  readonly retryText?: string
  /** Scalekit calls this route itself, so no sign-in would help. */
  readonly isForScalekit?: boolean
  /** Answers the caller. Default: a page for browsers, and a problem document for all others. */
  readonly send?: (res: ServerResponse, error: ScalekitError) => void
  /** Any visitor can cause it at will, so its line is for debugging only. */
  readonly isUnsolicited?: boolean
}

/** Writes one line for the developer, and answers with a page or a problem document. */
export function answerFailure(
  instance: Instance,
  failure: unknown,
  context: FailureContext,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const error = asScalekitError(failure, 'unexpected', 'An unexpected error')
  const { logger, theme, addresses } = instance
  const { providerError } = error
  const { retryUrl = addresses.loginUrl({}), retryText, isForScalekit = false } = context
  writeLine(logger, error, context, req)
  if (context.what === signIn) tellFailedLogin(instance, error, req, context.isUnsolicited)
  standInOf(req)?.failed(error)
  if (res.headersSent) {
    res.destroy()
    return
  }
  setHeaders(res, error.headers)
  if (context.send) context.send(res, error)
  else if (asksForPage(req)) {
    const page = errorPage(error.code, { retryUrl, retryText, reference: providerError })
    sendPage(res, error.status, page, theme)
  } else {
    const isSignIn = retryText === undefined && !isForScalekit && signInHelps(error)
    sendProblem(res, error, { loginUrl: isSignIn ? retryUrl : undefined, providerError })
  }
}

/** What the log calls routes that sign a user in. */
const signIn = 'sign-in'

/** Tells listeners that a sign-in came to nothing. */
export function tellFailedLogin(
  { audit }: Pick<Instance, 'audit'>,
  { code, message, providerError }: ScalekitError,
  req: IncomingMessage,
  isUnsolicited: boolean = false,
): void {
  audit('login.failed', req, () => {
    const { userId, organizationId, signInId } = logFieldsOf(req)
    const who = { userId, organizationId, signInId }
    return { ...who, code, providerError, reason: message, isUnsolicited }
  })
}

/** Whether a sign-in could help. It undoes neither a wrong method nor a mistake of the developer. */
export function signInHelps(error: ScalekitError): boolean {
  return error.code !== 'method_not_allowed' && !(error instanceof ConfigError)
}

function writeLine(
  logger: Logger,
  error: ScalekitError,
  { what, isUnsolicited = false }: FailureContext,
  req: IncomingMessage,
): void {
  const known = logFieldsOf(req)
  const fields = errorFields(error, known)
  const line = failureLine(nameOf(what, known), error)
  if (isUnsolicited) debug(logger, line, fields)
  else withFields(logger, fields)[levelOf(error)](line)
}

function levelOf({ code, status }: ScalekitError): 'info' | 'warn' | 'error' {
  // Scalekit sends a delivery again that takes long. That is no failure.
  if (code === 'webhook_busy') return 'info'
  return status >= 500 ? 'error' : 'warn'
}

function failureLine(what: string, error: ScalekitError): string {
  const { code, message, hint, providerError } = error
  const detail = providerError ? ` (${providerError})` : ''
  const why = causes(error).map((text) => ` <- ${quote(text)}`)
  return `${what} failed: ${code}${detail}: ${message}${why.join('')}${hint ? ` | ${hint}` : ''}`
}

/** The messages below an error; libraries' messages name the check, never the token. */
function causes({ cause }: Error): string[] {
  // A text that is not JSON is repeated in part by the parser, and an answer may hold tokens.
  if (!(cause instanceof Error) || cause instanceof SyntaxError) return []
  return [cause.message, ...causes(cause)]
}
