import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorFields } from '../../ground/error-fields.ts'
import { errorForRequest } from '../../ground/error-for-request.ts'
import { asScalekitError, ConfigError, type ScalekitError } from '../../ground/errors.ts'
import { debug, type Logger, quote, withFields } from '../../ground/log.ts'
import type { Next } from '../request/middleware.ts'
import { asksForPage } from '../request/navigation.ts'
import { logFieldsOf, nameOf } from '../request/request-log.ts'
import { sendProblem, setHeaders } from '../request/respond.ts'
import { answerWithPage, type VisibleProblem } from './error-answer.ts'
import type { Instance } from './instance.ts'
import { standInOf } from './stand-in.ts'

/** Where a failure happened, and how the user may go on. */
export interface FailureContext {
  /** What the log calls the route, e.g. `sign-in`. */
  readonly what: string
  /** Where the user tries again. Default: the sign-in. */
  readonly retryUrl?: string
  /** Whether `retryUrl` is the page itself, and not a sign-in. */
  readonly isReload?: boolean
  /** The path that a sign-in as another user comes back to. Default: the application's start page. */
  readonly returnTo?: string
  /** Scalekit calls this route itself, so no sign-in would help. */
  readonly isForScalekit?: boolean
  /** Answers the caller. Default: a page for browsers, and a problem document for all others. */
  readonly send?: (res: ServerResponse, error: ScalekitError) => void
  /** Any visitor can cause it at will, so its line is for debugging only. */
  readonly isUnsolicited?: boolean
}

/** Writes one line for the developer, and answers with a page or a problem document. */
export async function answerFailure(
  instance: Instance,
  failure: unknown,
  context: FailureContext,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  const error = asScalekitError(failure, 'unexpected', 'An unexpected error')
  const { logger, addresses } = instance
  const { retryUrl = addresses.loginUrl({}), isReload = false, isForScalekit = false } = context
  writeLine(logger, error, context, req)
  if (context.what === signIn) tellFailedLogin(instance, error, req, context.isUnsolicited)
  standInOf(req)?.failed(error)
  if (res.headersSent) {
    res.destroy()
    return
  }
  if (context.send) {
    setHeaders(res, error.headers)
    context.send(res, error)
    return
  }
  if (asksForPage(req)) {
    await answerWithPage(instance, visible(error, { ...context, retryUrl }), req, res, next)
    return
  }
  setHeaders(res, error.headers)
  const isSignIn = !isReload && !isForScalekit && signInHelps(error)
  const { providerError } = error
  sendProblem(res, error, { loginUrl: isSignIn ? retryUrl : undefined, providerError })
}

function visible(
  error: ScalekitError,
  { retryUrl, returnTo, isReload = false }: FailureContext & { readonly retryUrl: string },
): VisibleProblem {
  const { code, status, headers, providerError, visitorMessage } = error
  const loginUrl = !isReload && signInHelps(error) ? retryUrl : undefined
  return {
    code,
    status,
    headers,
    text: visitorMessage,
    // A page that says the user cancelled does not say that access was denied.
    reference: code === 'login_cancelled' ? undefined : providerError,
    retry: { kind: isReload ? 'retry' : 'sign-in', url: retryUrl },
    returnTo,
    // The application decided about this user, and would do so again.
    isFinal: code === 'login_denied' && providerError === undefined,
    toError: () => errorForRequest(error, loginUrl),
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
