import type { IncomingMessage, ServerResponse } from 'node:http'
import { asScalekitError, LoginError, type ScalekitError } from '../../ground/errors.ts'
import { type Logger, quote } from '../../ground/log.ts'
import type { Theme } from '../pages/page.ts'
import { errorPage } from '../pages/pages.ts'
import { asksForPage } from '../request/navigation.ts'
import { sendPage, sendProblem } from '../request/respond.ts'

/** What is done about an error of one of our own routes. */
export interface FailureParts {
  readonly logger: Logger
  /** Starts the sign-in again, or does what `retryText` says. */
  readonly retryUrl: string
  readonly retryText?: string
  readonly theme: Theme
}

/** One line for the developer; a page or a problem document for whoever asked. */
export function answerFailure(
  failure: unknown,
  what: string,
  req: IncomingMessage,
  res: ServerResponse,
  { logger, retryUrl, retryText, theme }: FailureParts,
): void {
  const error = asScalekitError(failure, 'unexpected', 'An unexpected error')
  const providerError = error instanceof LoginError ? error.providerError : undefined
  logger[error.status >= 500 ? 'error' : 'warn'](failureLine(what, error, providerError))
  if (res.headersSent) {
    res.destroy()
    return
  }
  if (asksForPage(req)) {
    const page = errorPage(error.code, { retryUrl, retryText, reference: providerError })
    sendPage(res, error.status, page, theme)
  } else {
    const loginUrl = retryText === undefined ? { loginUrl: retryUrl } : {}
    sendProblem(res, error, { ...loginUrl, ...(providerError ? { providerError } : {}) })
  }
}

function failureLine(
  what: string,
  error: ScalekitError,
  providerError: string | undefined,
): string {
  const { code, message, hint } = error
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
