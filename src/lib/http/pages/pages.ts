import type { ScalekitErrorCode } from '../../ground/error-codes.ts'
import { html } from '../../ground/html.ts'
import type { Page } from './page.ts'

/** What the visitor is told. */
interface Words {
  readonly title: string
  readonly text: string
}

const unknownTrouble: Words = {
  title: 'Something went wrong',
  text: 'It is not your fault, and nothing was changed. Please try again in a moment.',
}

const wordsByCode: { readonly [Code in ScalekitErrorCode]?: Words } = {
  login_state_missing: {
    title: 'This sign-in cannot be finished',
    text: 'Your browser did not bring back what it was given when the sign-in began. It was used already, or too many sign-ins were begun at once.',
  },
  login_cookies_refused: {
    title: 'Your browser did not keep our cookie',
    text: 'Signing in needs cookies, and your browser brought none back. Please allow them for this site and start again.',
  },
  login_cookie_insecure: {
    title: 'This connection is not secure',
    text: 'Your browser keeps the sign-in only over https. Please open this site by its https address.',
  },
  login_state_used: {
    title: 'This sign-in was already used',
    text: 'Each sign-in works once. You may be signed in already; if not, please start again.',
  },
  login_expired: {
    title: 'That took too long',
    text: 'A sign-in has to be finished within ten minutes. Please start again.',
  },
  login_too_old: {
    title: 'Please sign in again',
    text: 'You were still signed in at your identity provider, but for longer than this application accepts. Please prove once more who you are.',
  },
  login_denied: {
    title: 'You were not let in',
    text: 'Your company’s sign-in or this application refused the access. Your administrator can help.',
  },
  login_incomplete: {
    title: 'The sign-in was not finished',
    text: 'You left before it was complete, or there was no session to continue. Please start again.',
  },
  login_target_mismatch: {
    title: 'That was another organization',
    text: 'You signed in somewhere else than this sign-in was meant for, so it was not accepted.',
  },
  connection_unavailable: {
    title: 'Single sign-on is not available',
    text: 'Your organization’s connection is missing or switched off. Your administrator can help.',
  },
  target_unknown: {
    title: 'We do not know this organization',
    text: 'No organization or connection goes by what this sign-in named.',
  },
  identity_provider_failed: {
    title: 'Your identity provider had a problem',
    text: 'Its answer could not be used. If this happens again, your administrator can help.',
  },
  provider_unavailable: {
    title: 'Sign-in is not available right now',
    text: 'The sign-in service did not answer. Please try again in a moment.',
  },
  store_unavailable: {
    title: 'Not available right now',
    text: 'We cannot check your session for the moment. You were not signed out; please try again.',
  },
  parameter_invalid: {
    title: 'This link is not right',
    text: 'A part of it cannot be understood.',
  },
  ambiguous_target: {
    title: 'This link is not right',
    text: 'It names more than one place to sign in to.',
  },
  provider_not_allowed: {
    title: 'This way to sign in is not offered',
    text: 'Please choose another one.',
  },
  idp_login_invalid: {
    title: 'This link is not right',
    text: 'The sign-in your identity provider began could not be accepted, or it is too old. Please begin it there again.',
  },
  callback_invalid: {
    title: 'This link is not right',
    text: 'It does not belong to a sign-in that is under way.',
  },
  cross_site_request: {
    title: 'This did not come from here',
    text: 'The request came from another site, so nothing was done.',
  },
  organization_required: {
    title: 'No organization was named',
    text: 'This page belongs to an organization, and neither the address nor your sign-in says which.',
  },
  wrong_organization: {
    title: 'This belongs to another organization',
    text: 'You are signed in to one that cannot see it.',
  },
  portal_unavailable: {
    title: 'The portal is not available right now',
    text: 'It could not be opened, and nothing was changed. Please try again in a moment.',
  },
  role_required: {
    title: 'You may not see this',
    text: 'Your role does not include this page. Your administrator can help.',
  },
  permission_required: {
    title: 'You may not see this',
    text: 'You lack a permission for this page. Your administrator can help.',
  },
  insufficient_scope: {
    title: 'You may not see this',
    text: 'This sign-in was not granted what the page needs.',
  },
  recent_auth_required: {
    title: 'Please sign in again',
    text: 'This page needs to be sure that it is still you.',
  },
}

/** Says what went wrong, with a code to quote and a way on. All its text is fixed. */
export function errorPage(
  code: ScalekitErrorCode,
  ways: {
    readonly retryUrl?: string
    /** Default: `Sign in again`. */
    readonly retryText?: string | undefined
    readonly reference?: string | undefined
  },
): Page {
  const { title, text } = wordsByCode[code] ?? unknownTrouble
  const { retryText = 'Sign in again' } = ways
  const retry = ways.retryUrl && html`<a class="first" href="${ways.retryUrl}">${retryText}</a>`
  const reference = ways.reference && html` · <code>${ways.reference}</code>`
  const body = html`<p>${text}</p>
<div class="ways">${retry}<a href="/">Go to the start page</a></div>
<p class="code">Code: <code>${code}</code>${reference}</p>`
  return { title, body }
}

/** Asks before signing out, where nothing proves that the user wanted it. */
export function signOutPage(action: string): Page {
  const body = html`<p>You will have to sign in again to come back.</p>
<form class="ways" method="post" action="${action}"><button class="first">Sign out</button><a href="/">Stay signed in</a></form>`
  return { title: 'Sign out?', body }
}

/** Asks before a sign-in that began elsewhere takes the place of somebody's session. */
export function switchPage(
  action: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): Page {
  const who = from === undefined ? 'You are signed in' : html`You are signed in as <b>${from}</b>`
  const next = to === undefined ? 'somebody else' : html`<b>${to}</b>`
  const body = html`<p>${who}. Your identity provider asks to sign in ${next} instead.</p>
<form class="ways" method="post" action="${action}"><button class="first">Switch</button><a href="/">Stay signed in</a></form>`
  return { title: 'Switch accounts?', body }
}
