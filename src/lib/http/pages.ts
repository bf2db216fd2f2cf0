import { createHash } from 'node:crypto'
import type { ScalekitErrorCode } from '../errors.ts'
import { type Html, html, raw } from '../html.ts'

/** A page of ours, ready to send. */
export interface Page {
  readonly markup: Html
  readonly styleHash: string
  /** Of the one script that may run. Default: none may. */
  readonly scriptHash?: string
  /** What the page shows inside it. Default: nothing. */
  readonly frameOrigin?: string
  /** Default: `same-origin`. */
  readonly referrerPolicy?: 'no-referrer'
}

const style = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5b616e; --paper: #fff; --back: #f3f4f7; --line: #dfe2e8; --accent: #3346d3; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef2; --soft: #a2a9b8; --paper: #1b1e25; --back: #111318; --line: #2e333d; --accent: #93a2ff; --on-accent: #0d1020 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .06) }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance }
p { margin: 0 0 1.5rem; color: var(--soft); overflow-wrap: anywhere }
.ways { display: flex; flex-wrap: wrap; gap: .75rem }
.ways a, .ways button { flex: 1 1 auto; min-height: 2.75rem; padding: .55rem 1.1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; border-radius: .6rem; border: 1px solid var(--line); background: transparent; color: var(--ink); cursor: pointer }
.ways .first { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
.ways a:focus-visible, .ways button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.code { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .8125rem }
code { font: .8125rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink); overflow-wrap: anywhere }
`

/** A stylesheet with what a policy calls it. */
interface Look {
  readonly css: string
  readonly hash: string
}

/** What all pages look like, with what is particular about one. */
export function lookOf(particulars: string): Look {
  const css = style + particulars
  return { css, hash: hashOf(css) }
}

/** A script with what a policy calls it. */
export function scriptOf(text: string): { readonly text: string; readonly hash: string } {
  return { text, hash: hashOf(text) }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

const plain = lookOf('')

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
  return card(
    title,
    html`<p>${text}</p>
<div class="ways">${retry}<a href="/">Go to the start page</a></div>
<p class="code">Code: <code>${code}</code>${reference}</p>`,
  )
}

/** Asks before signing out, where nothing proves that the user wanted it. */
export function signOutPage(action: string): Page {
  return card(
    'Sign out?',
    html`<p>You will have to sign in again to come back.</p>
<form class="ways" method="post" action="${action}"><button class="first">Sign out</button><a href="/">Stay signed in</a></form>`,
  )
}

/** Asks before a sign-in that began elsewhere takes the place of somebody's session. */
export function switchPage(
  action: string,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): Page {
  const who = from === undefined ? 'You are signed in' : html`You are signed in as <b>${from}</b>`
  const next = to === undefined ? 'somebody else' : html`<b>${to}</b>`
  return card(
    'Switch accounts?',
    html`<p>${who}. Your identity provider asks to sign in ${next} instead.</p>
<form class="ways" method="post" action="${action}"><button class="first">Switch</button><a href="/">Stay signed in</a></form>`,
  )
}

function card(title: string, body: Html): Page {
  return page(
    title,
    html`<h1>${title}</h1>
${body}`,
    plain,
  )
}

/** A page of ours with a body of its own. */
export function page(title: string, body: Html, look: Look): Page {
  const markup = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(look.css)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
  return { markup, styleHash: look.hash }
}
