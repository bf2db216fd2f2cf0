import { type Html, type HtmlValue, html, raw } from '../../ground/html.ts'
import { contentSecurityPolicy, htmlDocument, policyHash } from '../../ground/html-document.ts'
import type { Answer } from '../server/call.ts'
import { style } from './style.ts'

/** The product's name, at the end of every title. */
export const emulatorName = 'Scalekit emulator'

/** The link to the home page. It leaves the frame of an embedded portal. */
export const homeLink: Html = html`<a href="/" target="_top">Go to the emulator’s home page</a>`

/** How a page differs from the others. */
export interface PageSettings {
  /** The one script that runs. Default: none. */
  readonly script?: string
  /** The origins of pages that may show it in a frame. Default: none. */
  readonly embeddedBy?: readonly string[]
}

/**
 * A page of the emulator. It has one style sheet, and loads nothing.
 *
 * @param title The document's title is this and the emulator's name.
 * @param content With the page's one `h1`.
 */
export function page(
  status: number,
  title: string,
  content: Html,
  options: PageSettings = {},
): Answer {
  return {
    status,
    headers: headers(options),
    body: htmlDocument({
      title: title === emulatorName ? title : `${title} · ${emulatorName}`,
      style: raw(style),
      metas: html`<meta name="color-scheme" content="light dark">`,
      links: html`<link rel="icon" href="data:,">`,
      body: html`<main>${content}</main>
<footer><a href="/" target="_top">${emulatorName}</a>, on this machine only</footer>
${options.script && html`<script>${raw(options.script)}</script>`}`,
    }),
  }
}

/**
 * A page that explains an error, for a request without a redirect URI that can be trusted with it.
 *
 * @param back The way on: a link, or a sentence with one.
 */
export function problemPage(title: string, sentence: HtmlValue, back: HtmlValue): Answer {
  const content = html`<section class="card"><h1>${title}</h1><p>${sentence}</p><p>${back}</p></section>`
  const reason = typeof sentence === 'string' ? sentence : ''
  return { ...page(400, title, content), problem: `${title}. ${reason}`.trim() }
}

/** A page that explains why a form had no effect. */
export function unchangedPage(reason: string, back: Html = homeLink): Answer {
  return problemPage('Nothing was changed', reason, back)
}

function headers({ script, embeddedBy = [] }: PageSettings) {
  const policy = contentSecurityPolicy({
    styleHash: policyHash(style),
    scriptHash: script && policyHash(script),
    images: 'data:',
    embeddedBy,
  })
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy,
    // Not `no-referrer`: with it, older browsers send `Origin: null` with the emulator's own forms.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  }
}
