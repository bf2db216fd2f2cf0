import type { PageTexts } from '../../config/texts/page-texts.ts'
import { type Html, html } from '../../ground/html.ts'
import { whoHtml } from './error-page.ts'
import { fill } from './fill.ts'
import type { Page } from './page.ts'
import { hiddenFields } from './ways.ts'

/** The form of a page that asks for confirmation. */
interface ConfirmForm {
  readonly method: 'get' | 'post'
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** The URL for a user who declines. */
  readonly home: string
}

/**
 * Asks before signing out if the request does not prove that the user wants it: another site may
 * have made the link. The button that changes nothing is therefore the primary one.
 */
export function signOutPage(form: Omit<ConfirmForm, 'method'>, texts: PageTexts): Page {
  const { title, text, ...buttons } = texts.signOut
  const body = html`<p>${text}</p>
${question({ ...form, method: 'post' }, buttons)}`
  return { title, body, language: texts }
}

/** The two accounts of a switch, and its source. */
interface Switch {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly by: 'link' | 'provider'
}

/** Asks before a sign-in that began on another site replaces another user's session. */
export function switchPage(form: ConfirmForm, { from, to, by }: Switch, texts: PageTexts): Page {
  const { title, ...words } = texts.switch
  const [named, unnamed] =
    by === 'link'
      ? [words.byLink, words.byLinkUnnamed]
      : [words.byProvider, words.byProviderUnnamed]
  const wish = to === undefined ? html`${unnamed}` : fill(named, { user: html`<b>${to}</b>` })
  const body = html`<p>${whoHtml(from, texts)} ${wish}</p>
${question(form, words)}`
  return { title, body, language: texts }
}

function question(
  { method, action, fields, home }: ConfirmForm,
  { confirm, cancel }: { readonly confirm: string; readonly cancel: string },
): Html {
  return html`<form class="ways" method="${method}" action="${action}">${hiddenFields(fields)}<a class="first" href="${home}">${cancel}</a><button>${confirm}</button></form>`
}
