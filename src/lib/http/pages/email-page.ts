import type { EmailPage, EmailPageTexts } from '../../config/page-options.ts'
import { html } from '../../ground/html.ts'
import type { Page } from './page.ts'

const english: Required<EmailPageTexts> = {
  lang: 'en',
  title: 'Sign in',
  label: 'Work email',
  button: 'Continue',
  or: 'or',
  provider: 'Continue with {provider}',
  unknown:
    'We couldn’t find single sign-on for this email. Check the spelling or ask your IT admin.',
  unusable:
    'Single sign-on of your company is switched off, or not set up completely. Your IT admin can help.',
  start: 'Go to the start page',
}

/** Asks for an email address; without script, so that it works wherever a form does. */
export function emailPage(
  { action, fields, email, problem, providers }: EmailPage,
  given: EmailPageTexts | null = {},
): Page {
  const texts = { ...english, ...withoutGaps(given) }
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const trouble = problem && html` aria-invalid="true" aria-describedby="problem"`
  const body = html`<form class="ways column" action="${action}">${hidden}
<div><label for="email">${texts.label}</label>
<input id="email" type="email" name="login_hint" value="${email}" required maxlength="254" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus${trouble}>
${problem && html`<p id="problem">${texts[problem]}</p>`}</div>
<button class="first">${texts.button}</button>
${problem && html`<a href="/">${texts.start}</a>`}</form>
${providers.length > 0 && otherWays(providers, texts)}`
  return { title: texts.title, body, lang: texts.lang }
}

/** A translation may lack a text, or be missing as a whole. */
function withoutGaps(given: EmailPageTexts | null): EmailPageTexts {
  return Object.fromEntries(
    Object.entries(given ?? {}).filter(([, text]) => typeof text === 'string'),
  )
}

function otherWays(providers: EmailPage['providers'], { or, provider }: Required<EmailPageTexts>) {
  const links = providers.map(
    ({ name, url }) => html`<a href="${url}">${provider.replace('{provider}', () => name)}</a>`,
  )
  return html`<p class="or">${or}</p>
<div class="ways column">${links}</div>`
}
