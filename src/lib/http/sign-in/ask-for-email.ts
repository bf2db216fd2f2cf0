import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmailPage, PageOptions } from '../../config/page-options.ts'
import { neverCache } from '../../ground/cookies.ts'
import { socialProviders } from '../../ground/social-providers.ts'
import { emailPage } from '../pages/email-page.ts'
import type { Theme } from '../pages/page.ts'
import { sendPage } from '../request/respond.ts'

/** How an instance asks for an e-mail address. */
export interface EmailPageParts {
  readonly pages: Pick<PageOptions, 'texts' | 'email'>
  readonly theme: Theme
  /** The social providers that are offered. */
  readonly providers: readonly string[]
  /** The path that starts a sign-in, with this query. */
  loginUrl(query: Readonly<Record<string, string>>): string
}

/** What the next request to `/login` has to bring along, and why this one led nowhere. */
export type EmailQuestion = Pick<EmailPage, 'fields' | 'email'> & {
  readonly problem: EmailPage['problem'] | undefined
}

/** Answers a page that asks for an e-mail address. */
export type AskForEmail = (
  req: IncomingMessage,
  res: ServerResponse,
  question: EmailQuestion,
) => Promise<void>

/**
 * Asks by a page, ours or the application's. Its form GETs `/login`: a sign-in begins only so, a
 * link with `login_hint` does the same, and no body parser stands in between.
 */
export function askForEmail({ pages, theme, providers, loginUrl }: EmailPageParts): AskForEmail {
  return async function ask(req, res, question) {
    const page = pageFor(question)
    if (pages.email) {
      protect(res)
      await pages.email(page, req, res)
      return
    }
    const texts = typeof pages.texts === 'function' ? pages.texts(req) : pages.texts
    sendPage(res, 200, emailPage(page, texts), theme)
  }

  function pageFor({ fields, email, problem }: EmailQuestion): EmailPage {
    return {
      action: loginUrl({}),
      fields,
      email,
      ...(problem ? { problem } : {}),
      providers: providers.map((id) => ({
        id,
        name: socialProviders.get(id) ?? id,
        url: loginUrl({ provider: id, ...fields }),
      })),
    }
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
