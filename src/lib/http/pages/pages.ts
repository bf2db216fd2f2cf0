import { isOwnCode, type ScalekitErrorCode } from '../../ground/error-codes.ts'
import { html } from '../../ground/html.ts'
import type { Page } from './page.ts'

/** What the visitor is told. */
interface Words {
  readonly title: string
  readonly text: string
}

const unknownTrouble: Words = {
  title: 'Something went wrong',
  text: 'This is not your fault, and nothing was changed. Please try again in a moment.',
}

const refusedByApplication: Words = {
  title: 'You do not have access',
  text: 'This application does not let you open this page.',
}

const wordsByCode: { readonly [Code in ScalekitErrorCode]?: Words } = {
  login_state_missing: {
    title: 'This sign-in cannot be finished',
    text: 'Your browser did not send the cookie of this sign-in. The sign-in was already used, or too many were started at once. Please start again.',
  },
  login_cookies_refused: {
    title: 'Your browser did not keep our cookie',
    text: 'Signing in needs cookies, and your browser sent none. Please allow cookies for this site and start again.',
  },
  login_state_used: {
    title: 'This sign-in was already used',
    text: 'Each sign-in works once. You may already be signed in. If not, please start again.',
  },
  login_expired: {
    title: 'That took too long',
    text: 'A sign-in must be finished within ten minutes. Please start again.',
  },
  login_too_old: {
    title: 'Please sign in again',
    text: 'Your session at the identity provider is older than this application accepts. Please sign in there again.',
  },
  login_denied: {
    title: 'Access was denied',
    text: 'Your company’s identity provider or this application refused access. Your administrator can help.',
  },
  login_incomplete: {
    title: 'The sign-in was not finished',
    text: 'It was cancelled, or there was no session to continue. Please start again.',
  },
  login_target_mismatch: {
    title: 'That was another organization',
    text: 'This sign-in was started for a different organization or connection, so it was not accepted.',
  },
  connection_unavailable: {
    title: 'Single sign-on is not available',
    text: 'Your organization’s connection is missing or switched off. Your administrator can help.',
  },
  target_unknown: {
    title: 'We couldn’t find this organization',
    text: 'The organization or connection of this sign-in does not exist.',
  },
  identity_provider_failed: {
    title: 'Your identity provider had a problem',
    text: 'Its response could not be used. If this happens again, your administrator can help.',
  },
  provider_unavailable: {
    title: 'Sign-in is not available right now',
    text: 'The sign-in service did not respond. Please try again in a moment.',
  },
  store_unavailable: {
    title: 'Not available right now',
    text: 'We cannot check your session at the moment. You were not signed out. Please try again.',
  },
  sign_out_incomplete: {
    title: 'You are signed out in this browser only',
    text: 'This browser has forgotten your session, but we could not record the sign-out. A copy of the session, if there is one, works until it expires. On a shared computer, close the browser, too.',
  },
  authorization_unavailable: {
    title: 'Not available right now',
    text: 'We cannot check what you may do at the moment. You were not signed out. Please try again.',
  },
  parameter_invalid: {
    title: 'This link is not valid',
    text: 'A part of its address is malformed.',
  },
  ambiguous_target: {
    title: 'This link is not valid',
    text: 'It names more than one organization or connection to sign in to.',
  },
  provider_not_allowed: {
    title: 'This way to sign in is not available',
    text: 'Please choose another one.',
  },
  idp_login_invalid: {
    title: 'This link is not valid',
    text: 'The sign-in that your identity provider started was not accepted, or it has expired. Please start it there again.',
  },
  callback_invalid: {
    title: 'This link is not valid',
    text: 'It does not belong to a sign-in in progress.',
  },
  cross_site_request: {
    title: 'This request came from another site',
    text: 'To protect your account, nothing was changed.',
  },
  organization_required: {
    title: 'No organization was named',
    text: 'This page belongs to an organization, but neither the address nor your sign-in names one.',
  },
  wrong_organization: {
    title: 'This belongs to another organization',
    text: 'You are signed in to an organization that cannot see it.',
  },
  portal_unavailable: {
    title: 'The portal is not available right now',
    text: 'It could not be opened, and nothing was changed. Please try again in a moment.',
  },
  role_required: {
    title: 'You do not have access',
    text: 'Your role does not include this page. Your administrator can help.',
  },
  permission_required: {
    title: 'You do not have access',
    text: 'You do not have the permission for this page. Your administrator can help.',
  },
  insufficient_scope: {
    title: 'You do not have access',
    text: 'Your sign-in lacks a scope that this page needs.',
  },
  recent_auth_required: {
    title: 'Please sign in again',
    text: 'To open this page, you need to confirm that it is still you.',
  },
  auth_time_missing: {
    title: 'This page cannot be opened',
    text: 'The sign-in service did not say when you signed in. The operator of this application can help.',
  },
}

/** A code of the application is that of a refusal. */
function wordsOf(code: string): Words {
  return isOwnCode(code) ? (wordsByCode[code] ?? unknownTrouble) : refusedByApplication
}

/** Says what went wrong, with a code to quote and a way on. Nothing in it is of the request. */
export function errorPage(
  code: string,
  ways: {
    readonly retryUrl?: string
    /** Default: `Sign in again`. */
    readonly retryText?: string | undefined
    readonly reference?: string | undefined
    /** In place of the kit's own sentence. */
    readonly text?: string | undefined
  },
): Page {
  const words = wordsOf(code)
  const { title, text } = { ...words, ...(ways.text === undefined ? {} : { text: ways.text }) }
  const { retryText = 'Sign in again' } = ways
  const retry = ways.retryUrl && html`<a class="first" href="${ways.retryUrl}">${retryText}</a>`
  const reference = ways.reference && html` · <code>${ways.reference}</code>`
  const body = html`<p>${text}</p>
<div class="ways">${retry}<a href="/">Go to the start page</a></div>
<p class="code">Code: <code>${code}</code>${reference}</p>`
  return { title, body }
}

/** Asks before signing out, where nothing proves that the user wanted it. */
export function signOutPage(action: string, fields: Readonly<Record<string, string>>): Page {
  const body = html`<p>You will need to sign in again to come back.</p>
<form class="ways" method="post" action="${action}">${hiddenFields(fields)}<button class="first">Sign out</button><a href="/">Stay signed in</a></form>`
  return { title: 'Sign out?', body }
}

/** Where the answer of {@link switchPage} goes, and what it brings along. */
interface SwitchForm {
  readonly method: 'get' | 'post'
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

/** From whom to whom, and what asks for it, as the beginning of a sentence. */
interface Switch {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly by: string
}

/** Asks before a sign-in that began elsewhere takes the place of somebody's session. */
export function switchPage({ method, action, fields }: SwitchForm, { from, to, by }: Switch): Page {
  const who = from === undefined ? 'You are signed in' : html`You are signed in as <b>${from}</b>`
  const next = to === undefined ? 'another account' : html`<b>${to}</b>`
  const body = html`<p>${who}. ${by} asks to sign in ${next} instead.</p>
<form class="ways" method="${method}" action="${action}">${hiddenFields(fields)}<button class="first">Switch</button><a href="/">Stay signed in</a></form>`
  return { title: 'Switch accounts?', body }
}

function hiddenFields(fields: Readonly<Record<string, string>>) {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
}
