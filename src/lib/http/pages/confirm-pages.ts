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

/** The account of the session, the sign-in that would replace it, and the source of that. */
export interface Switch {
  readonly from: string | undefined
  /** The name of another account, or of another organization of the same account. */
  readonly to: {
    readonly kind: 'account' | 'organization'
    readonly name: string | undefined
  }
  readonly by: 'link' | 'provider'
}

/**
 * Asks before a sign-in that began on another site replaces the session of another user or of
 * another organization.
 */
export function switchPage(form: ConfirmForm, { from, to, by }: Switch, texts: PageTexts): Page {
  const { title, named, unnamed } = switchTexts(to.kind, by, texts)
  const name = html`<b>${to.name}</b>`
  const wish = to.name === undefined ? unnamed : fill(named, { user: name, organization: name })
  const body = html`<p>${whoHtml(from, texts)} ${wish}</p>
${question(form, texts.switch)}`
  return { title, body, language: texts }
}

function switchTexts(kind: Switch['to']['kind'], by: Switch['by'], { switch: words }: PageTexts) {
  const isByLink = by === 'link'
  if (kind === 'account') {
    const { title, byLink, byLinkUnnamed, byProvider, byProviderUnnamed } = words
    return isByLink
      ? { title, named: byLink, unnamed: byLinkUnnamed }
      : { title, named: byProvider, unnamed: byProviderUnnamed }
  }
  const { organizationTitle: title } = words
  return isByLink
    ? { title, named: words.organizationByLink, unnamed: words.organizationByLinkUnnamed }
    : { title, named: words.organizationByProvider, unnamed: words.organizationByProviderUnnamed }
}

function question(
  { method, action, fields, home }: ConfirmForm,
  { confirm, cancel }: { readonly confirm: string; readonly cancel: string },
): Html {
  return html`<form class="ways" method="${method}" action="${action}">${hiddenFields(fields)}<a class="first" href="${home}">${cancel}</a><button>${confirm}</button></form>`
}
