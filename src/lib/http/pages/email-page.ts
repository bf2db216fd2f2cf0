import type { EmailPage } from '../../config/page-options.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { type Html, html } from '../../ground/html.ts'
import { fillPlain } from './fill.ts'
import type { Page } from './page.ts'
import { helpHtml, hiddenFields } from './ways.ts'

/**
 * Asks for an email address. The page uses no script, so it works in every browser that has forms.
 */
export function emailPage(page: EmailPage, texts: PageTexts): Page {
  const { action, fields, email, problem, notice, providers, ways } = page
  const { label, button, title } = texts.email
  const trouble = problem && html` aria-invalid="true" aria-describedby="problem"`
  const home = ways.find(({ kind }) => kind === 'home')
  const body = html`${
    notice &&
    html`<p class="notice">${page.texts[notice]}</p>
`
  }<form class="ways column" action="${action}">${hiddenFields(fields)}
<div><label for="email">${label}</label>
<input id="email" type="email" name="login_hint" value="${email}" required maxlength="254" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus${trouble}>
${problem && html`<p id="problem">${texts.email[problem]}</p>`}</div>
<button class="first">${button}</button></form>
${providers.length > 0 && otherWays(providers, texts)}${
  home &&
  html`<div class="ways column"><a href="${home.url}">${home.label}</a></div>
`
}${helpHtml(ways)}`
  return { title, body, language: texts }
}

function otherWays(providers: EmailPage['providers'], { email }: PageTexts): Html {
  const links = providers.map(
    ({ name, url }) => html`<a href="${url}">${fillPlain(email.provider, { provider: name })}</a>`,
  )
  return html`<p class="or">${email.or}</p>
<div class="ways column">${links}</div>
`
}
