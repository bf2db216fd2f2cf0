import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorFields } from '../../ground/error-fields.ts'
import { errorForRequest } from '../../ground/error-for-request.ts'
import { asScalekitError, ConfigError, type ScalekitError } from '../../ground/errors.ts'
import { debug, type Logger, quote, withFields } from '../../ground/log.ts'
import type { Next } from '../request/middleware.ts'
import { asksForPage } from '../request/navigation.ts'
import { logFieldsOf, nameOf } from '../request/request-log.ts'
import { sendProblem, setHeaders } from '../request/respond.ts'
import type { Addresses } from './addresses.ts'
import { answerWithPage, type VisibleProblem } from './error-answer.ts'
import type { Instance } from './instance.ts'
import { standInOf } from './stand-in.ts'
import type { Situation } from './ways-on.ts'

/** The route that failed, and how the user can continue. */
export interface FailureContext {
  /** The name of the route in the log, e.g. `sign-in`. */
  readonly what: string
  /** The URL at which the user tries again. Default: the sign-in. */
  readonly retryUrl?: string
  /** Whether `retryUrl` is the page itself, and not a sign-in. */
  readonly isReload?: boolean
  /** The path to which a sign-in as another user returns. Default: the application's start page. */
  readonly returnTo?: string
  /** Whether Scalekit calls this route, so that no sign-in would help. */
  readonly isForScalekit?: boolean
  /** The sign-out that was refused. A sign-in would not help, and the page offers this instead. */
  readonly signOut?: Situation['signOut']
  /** Sends the response. Default: a page for browsers, and a problem document for other clients. */
  readonly send?: (res: ServerResponse, error: ScalekitError) => void
  /** Any visitor can cause the failure at will, so its log line has the debug level. */
  readonly isUnsolicited?: boolean
}

/** Logs the failure in one line, and responds with a page or a problem document. */
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
  const loginUrl = loginUrlFor(error, context, addresses)
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
    await answerWithPage(instance, visible(error, context, loginUrl), req, res, next)
    return
  }
  setHeaders(res, error.headers)
  const { providerError } = error
  sendProblem(res, error, { loginUrl, providerError })
}

/** The path that begins the sign-in that would help, if one would. */
function loginUrlFor(
  error: ScalekitError,
  context: FailureContext,
  { loginUrl }: Pick<Addresses, 'loginUrl'>,
): string | undefined {
  const { retryUrl = loginUrl({}), isReload = false, isForScalekit = false, signOut } = context
  if (isReload || isForScalekit || signOut) return undefined
  return signInHelps(error) ? retryUrl : undefined
}

/** Returns the step that would help. Loading a page again does not help against a mistake in code. */
function retryFor(
  error: ScalekitError,
  { retryUrl, isReload }: FailureContext,
  loginUrl: string | undefined,
): VisibleProblem['retry'] {
  if (loginUrl !== undefined) return { kind: 'sign-in', url: loginUrl }
  if (!isReload || retryUrl === undefined || error instanceof ConfigError) return undefined
  return { kind: 'retry', url: retryUrl }
}

function visible(
  error: ScalekitError,
  context: FailureContext,
  loginUrl: string | undefined,
): VisibleProblem {
  const { code, status, headers, providerError, visitorMessage } = error
  return {
    code,
    status,
    headers,
    text: visitorMessage,
    // A page that says that the user cancelled must not say that access was denied.
    reference: code === 'login_cancelled' ? undefined : providerError,
    retry: retryFor(error, context, loginUrl),
    signOut: context.signOut,
    returnTo: context.returnTo,
    // The application refused this user and would do so again.
    isFinal: code === 'login_denied' && providerError === undefined,
    toError: () => errorForRequest(error, loginUrl),
  }
}

/** The name in the log of routes that sign a user in. */
const signIn = 'sign-in'

/** Emits an audit event for a failed sign-in. */
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

/**
 * Whether a sign-in could help. It does not help against a wrong method or a mistake of the
 * developer.
 */
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
  // The delivery still runs, and Scalekit sends it again. That is not a failure.
  if (code === 'webhook_busy') return 'info'
  return status >= 500 ? 'error' : 'warn'
}

function failureLine(what: string, error: ScalekitError): string {
  const { code, message, hint, providerError } = error
  const detail = providerError ? ` (${providerError})` : ''
  const why = causes(error).map((text) => ` <- ${quote(text)}`)
  return `${what} failed: ${code}${detail}: ${message}${why.join('')}${hint ? ` | ${hint}` : ''}`
}

/**
 * Returns the messages of an error's causes. Messages of libraries name the failed check, never the
 * token.
 */
function causes({ cause }: Error): string[] {
  // Do not log SyntaxErrors: V8 quotes part of the input, which may contain tokens.
  if (!(cause instanceof Error) || cause instanceof SyntaxError) return []
  return [cause.message, ...causes(cause)]
}
