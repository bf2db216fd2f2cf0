import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmailPage } from '../../config/page-options.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { socialProviders } from '../../ground/social-providers.ts'
import type { Instance } from '../instance/instance.ts'
import { wasRemoved } from '../instance/removed.ts'
import { helpWay, homeWay, isHome } from '../instance/ways-on.ts'
import { emailPage } from '../pages/email-page.ts'
import { textsFor } from '../request/language.ts'
import { sendOwnPage } from '../request/own-page.ts'
import { sendPage } from '../request/respond.ts'

/** The parameters of the next request to `/login`, and the reason why this one found no target. */
export type EmailQuestion = Pick<EmailPage, 'fields' | 'email'> & {
  readonly problem: EmailPage['problem'] | undefined
}

/**
 * Asks for an email address with a page of the kit or of the application. Its form sends a GET to
 * `/login`: that is how every sign-in begins, a link with `login_hint` does the same, and no body
 * parser is involved.
 */
export async function askForEmail(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  question: EmailQuestion,
): Promise<void> {
  const { email } = instance.config.pages
  const texts = textsFor(instance, req, res)
  const isRemoved = await wasRemoved(instance, req)
  const page = pageFor(instance, req, texts, { ...question, isRemoved })
  if (email) await sendOwnPage(instance, 'pages.email', req, res, () => email(page, req, res))
  else sendPage(res, 200, emailPage(page, texts), instance.theme)
}

function pageFor(
  instance: Instance,
  req: IncomingMessage,
  texts: PageTexts,
  { fields, email, problem, isRemoved }: EmailQuestion & { readonly isRemoved: boolean },
): EmailPage {
  const { addresses, config } = instance
  return {
    action: addresses.loginUrl({}),
    fields,
    email,
    ...(problem ? { problem } : {}),
    ...(isRemoved ? { notice: 'removed' as const } : {}),
    providers: config.login.providers.map((id) => ({
      id,
      name: socialProviders.get(id) ?? id,
      url: addresses.loginUrl({ provider: id, ...fields }),
    })),
    ways: [
      ...(problem ? homeWayFrom(instance, req, texts, fields) : []),
      ...(problem || isRemoved ? helpWay(instance, texts) : []),
    ],
    lang: texts.lang,
    dir: texts.dir,
    texts: { ...texts.email, removed: texts.common.removed },
  }
}

/**
 * Leaves out the link to the start page if that page sent the user here: the sign-in returns to it,
 * so the link would lead in a circle.
 */
function homeWayFrom(
  instance: Instance,
  req: IncomingMessage,
  texts: PageTexts,
  { return_to: returnTo }: EmailPage['fields'],
): EmailPage['ways'] {
  return isHome(instance.addresses, returnTo) ? [] : homeWay(instance, req, texts)
}
