import type { ErrorPage } from '../../config/page-options.ts'
import type {
  CommonTexts,
  PageProblem,
  PageTexts,
  ProblemTexts,
} from '../../config/texts/page-texts.ts'
import { isOwnCode, statusOf } from '../../ground/error-codes.ts'
import { type Html, html } from '../../ground/html.ts'
import { fill } from './fill.ts'
import type { Page } from './page.ts'
import { waysHtml } from './ways.ts'

/** Errors of Scalekit that are certain not to be a cancellation by the user. */
const certainRefusals = ['unauthorized', 'user_not_active']

/**
 * Returns the title and the sentence for a code.
 *
 * @param providerError The `error` that Scalekit named. Without one, the application denied the
 *   sign-in.
 */
export function problemTexts(
  { problems }: Pick<PageTexts, 'problems'>,
  code: string,
  providerError?: string,
): ProblemTexts {
  if (!isOwnCode(code)) return problems.refused
  const isRefused = providerError === undefined || certainRefusals.includes(providerError)
  if (code === 'login_denied' && isRefused) return problems.login_refused
  const unnamed = statusOf(code) === 403 ? problems.refused : problems.other
  return problems[code as PageProblem] ?? unnamed
}

/** Shows the problem, the signed-in user, and the possible next steps. */
export function errorPage(problem: ErrorPage, texts: PageTexts): Page {
  const { title, notice, code, reference, ways } = problem
  const body = html`${
    notice !== undefined &&
    html`<p class="notice">${notice}</p>
`
  }<p>${sentence(problem, texts)}</p>
${signedInHtml(problem, texts)}${waysHtml(ways)}
<p class="code">${fill(texts.common.code, { code: html`<code>${code}</code>` })}${
    reference !== undefined && html` · <code>${reference}</code>`
  }</p>`
  return { title, body, language: texts }
}

/** The application's sentence is isolated: it may be in a language of the other direction. */
function sentence({ text, code, reference }: ErrorPage, texts: PageTexts): Html {
  const isOwn = text === problemTexts(texts, code, reference).text
  return isOwn ? html`${text}` : html`<bdi>${text}</bdi>`
}

function signedInHtml({ code, signedIn: who }: ErrorPage, texts: PageTexts): Html {
  if (!who) return html``
  const { stillSignedIn, stillSignedInAs, ...common } = texts.common
  const words =
    code === 'login_denied' ? { signedIn: stillSignedIn, signedInAs: stillSignedInAs } : common
  return html`<p>${whoHtml(who.email ?? who.name, { common: words })}</p>
`
}

/** Names the signed-in user. Without a name, it only says that a user is signed in. */
export function whoHtml(
  user: string | undefined,
  { common }: { readonly common: Pick<CommonTexts, 'signedIn' | 'signedInAs'> },
): Html {
  if (user === undefined) return html`${common.signedIn}`
  return fill(common.signedInAs, { user: html`<b>${user}</b>` })
}
