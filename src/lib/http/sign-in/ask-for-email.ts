import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmailPage, EmailPageTexts } from '../../config/page-options.ts'
import { neverCache } from '../../ground/caching.ts'
import { answerInTime } from '../../ground/hooks.ts'
import { isObject } from '../../ground/is-object.ts'
import { kindOf } from '../../ground/kind-of.ts'
import { quote, textOfThrown, withFields } from '../../ground/log.ts'
import { socialProviders } from '../../ground/social-providers.ts'
import type { Instance } from '../instance/instance.ts'
import { emailPage } from '../pages/email-page.ts'
import { logFieldsOf } from '../request/request-log.ts'
import { sendPage } from '../request/respond.ts'
import { sendOwnPage } from './own-page.ts'

/** What the next request to `/login` has to bring along, and why this one led nowhere. */
export type EmailQuestion = Pick<EmailPage, 'fields' | 'email'> & {
  readonly problem: EmailPage['problem'] | undefined
}

/**
 * Asks by a page, ours or the application's. Its form GETs `/login`: a sign-in begins only so, a
 * link with `login_hint` does the same, and no body parser stands in between.
 */
export async function askForEmail(
  instance: Pick<Instance, 'addresses' | 'config' | 'logger' | 'theme'>,
  req: IncomingMessage,
  res: ServerResponse,
  question: EmailQuestion,
): Promise<void> {
  const { email } = instance.config.pages
  const page = pageFor(instance, question)
  if (email) {
    protect(res)
    await sendOwnPage(instance, req, res, () => email(page, req, res))
    return
  }
  sendPage(res, 200, emailPage(page, await textsFor(instance, req)), instance.theme)
}

/** Without its translation a page can still be used, so it is then in English. */
async function textsFor(
  { config, logger }: Pick<Instance, 'config' | 'logger'>,
  req: IncomingMessage,
): Promise<EmailPageTexts | undefined> {
  const { texts } = config.pages
  if (typeof texts !== 'function') return texts
  try {
    return understood(await answerInTime(() => texts(req)))
  } catch (error) {
    const why = quote(textOfThrown(error))
    withFields(logger, logFieldsOf(req)).error(
      `\`pages.texts\` failed, so the email page is in English: ${why}`,
    )
    return undefined
  }
}

function understood(texts: unknown): EmailPageTexts | undefined {
  if (texts === undefined || texts === null) return undefined
  if (isObject(texts)) return texts
  throw new Error(`it must return an object of strings or undefined, not ${kindOf(texts)}`)
}

function pageFor(
  { addresses, config }: Pick<Instance, 'addresses' | 'config'>,
  { fields, email, problem }: EmailQuestion,
): EmailPage {
  return {
    action: addresses.loginUrl({}),
    fields,
    email,
    ...(problem ? { problem } : {}),
    providers: config.login.providers.map((id) => ({
      id,
      name: socialProviders.get(id) ?? id,
      url: addresses.loginUrl({ provider: id, ...fields }),
    })),
  }
}

/** What holds for a page of the application's, too, unless it says otherwise. */
function protect(res: ServerResponse): void {
  neverCache(res)
  // A policy of its own, so that one of the application's stays as it is.
  res.appendHeader('Content-Security-Policy', "frame-ancestors 'none'")
  // The address may be in this page's own.
  res.setHeader('Referrer-Policy', 'same-origin')
}
