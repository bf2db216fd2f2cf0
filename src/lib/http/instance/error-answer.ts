import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorPage } from '../../config/page-options.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { neverCache } from '../../ground/caching.ts'
import type { ScalekitError } from '../../ground/errors.ts'
import { quote, textOfThrown, withFields } from '../../ground/log.ts'
import type { Identity } from '../../ground/types.ts'
import { errorPage, problemTexts } from '../pages/error-page.ts'
import { textsFor } from '../request/language.ts'
import type { Next } from '../request/middleware.ts'
import { sendOwnPage } from '../request/own-page.ts'
import { logFieldsOf } from '../request/request-log.ts'
import { sendPage, setHeaders } from '../request/respond.ts'
import type { Instance } from './instance.ts'
import { wasRemoved } from './removed.ts'
import { isAboutUser, type Situation, waysOn } from './ways-on.ts'

/** A refusal or an error that is shown to a user. */
export interface VisibleProblem extends Situation {
  readonly status: number
  /** The response headers of the problem. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The application's sentence, shown in place of the kit's own. */
  readonly text?: string | undefined
  /** The `error` that Scalekit named. */
  readonly reference?: string | undefined
  /** Returns the problem as an error, for the application's error handler. */
  readonly toError: () => ScalekitError
}

/**
 * Responds to a problem with a page: the kit's or that of `pages.error`. With
 * `pages.errors: 'next'`, the application's error handler responds.
 */
export async function answerWithPage(
  instance: Instance,
  problem: VisibleProblem,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  const { error, errors } = instance.config.pages
  if (errors === 'next') {
    neverCache(res)
    next(problem.toError())
    return
  }
  const texts = textsFor(instance, req, res)
  const page = await pageOf(instance, problem, texts, req)
  // Looking up names takes time, and the host may have ended the response meanwhile.
  if (res.headersSent || res.destroyed) return
  setHeaders(res, problem.headers)
  res.statusCode = problem.status
  const send = error && (() => error(page, req, res))
  if (send && (await isSentByApplication(instance, req, res, send))) return
  sendPage(res, problem.status, errorPage(page, texts), instance.theme)
}

/**
 * Returns whether the application sent its page. If it failed, the kit's page is sent. If it failed
 * halfway, the connection is closed.
 */
async function isSentByApplication(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  send: () => unknown,
): Promise<boolean> {
  try {
    await sendOwnPage(instance, 'pages.error', req, res, send)
    return true
  } catch (error) {
    const why = quote(textOfThrown(error instanceof Error ? error.cause : error))
    const log = withFields(instance.logger, logFieldsOf(req))
    log.error(`\`pages.error\` failed, so the kit’s page is sent: ${why}`)
    if (!res.headersSent) return false
    res.destroy()
    return true
  }
}

async function pageOf(
  instance: Instance,
  problem: VisibleProblem,
  texts: PageTexts,
  req: IncomingMessage,
): Promise<ErrorPage> {
  const { code, status, reference, text } = problem
  const who = isAboutUser(code) ? await liveSession(instance, req) : undefined
  const words = problemTexts(texts, code, reference)
  const isRemoved = !who && removable.includes(code) && (await wasRemoved(instance, req))
  return {
    code,
    status,
    title: words.title,
    text: text ?? words.text,
    lang: texts.lang,
    dir: texts.dir,
    ...(reference === undefined ? {} : { reference }),
    ...(isRemoved ? { notice: texts.common.removed } : {}),
    ...(who ? { signedIn: shown(who) } : {}),
    ways: await waysOn(instance, req, texts, problem, who),
  }
}

/** The codes that a user gets after their organization removed them. */
const removable = ['login_denied', 'not_signed_in']

/** Returns the identity of the live session. If it cannot be read, the page is shown without it. */
async function liveSession(
  { sessions }: Instance,
  req: IncomingMessage,
): Promise<Identity | undefined> {
  try {
    return await sessions.live(req)
  } catch {
    return undefined
  }
}

function shown({
  sub: userId,
  email,
  claims,
  organizationId,
}: Identity): NonNullable<ErrorPage['signedIn']> {
  const { name } = claims
  return {
    userId,
    ...(email === undefined ? {} : { email }),
    ...(typeof name === 'string' ? { name } : {}),
    ...(organizationId === undefined ? {} : { organizationId }),
  }
}
