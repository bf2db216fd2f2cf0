import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmailPage } from '../../config/page-options.ts'
import { neverCache } from '../../ground/caching.ts'
import { socialProviders } from '../../ground/social-providers.ts'
import type { Instance } from '../instance/instance.ts'
import { emailPage } from '../pages/email-page.ts'
import { sendPage } from '../request/respond.ts'

/** What the next request to `/login` has to bring along, and why this one led nowhere. */
export type EmailQuestion = Pick<EmailPage, 'fields' | 'email'> & {
  readonly problem: EmailPage['problem'] | undefined
}

/**
 * Asks by a page, ours or the application's. Its form GETs `/login`: a sign-in begins only so, a
 * link with `login_hint` does the same, and no body parser stands in between.
 */
export async function askForEmail(
  instance: Pick<Instance, 'addresses' | 'config' | 'theme'>,
  req: IncomingMessage,
  res: ServerResponse,
  question: EmailQuestion,
): Promise<void> {
  const { pages } = instance.config
  const page = pageFor(instance, question)
  if (pages.email) {
    protect(res)
    await pages.email(page, req, res)
    return
  }
  const texts = typeof pages.texts === 'function' ? pages.texts(req) : pages.texts
  sendPage(res, 200, emailPage(page, texts), instance.theme)
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
