import { type Html, type HtmlValue, html, raw } from '../../ground/html.ts'
import { contentSecurityPolicy, htmlDocument, policyHash } from '../../ground/html-document.ts'
import type { Answer } from '../server/call.ts'
import { style } from './style.ts'

/** How a page differs from the others. */
export interface PageSettings {
  /** The one script that runs. Default: none. */
  readonly script?: string
  /** The origins of pages that may show it in a frame. Default: none. */
  readonly embeddedBy?: readonly string[]
}

/** A page of the emulator: one style sheet, and nothing from anywhere else. */
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
      title,
      style: raw(style),
      metas: html`<meta name="color-scheme" content="light dark">`,
      links: html`<link rel="icon" href="data:,">`,
      body: html`<main>${content}</main>
<footer><a href="/" target="_top">Scalekit emulator</a>, on this machine only</footer>
${options.script && html`<script>${raw(options.script)}</script>`}`,
    }),
  }
}

/** A page that says what went wrong, for where no redirect URI can be trusted with it. */
export function problemPage(title: string, ...sentences: readonly HtmlValue[]): Answer {
  const content = html`<section class="card"><h1>${title}</h1>${sentences.map((text) => html`<p>${text}</p>`)}</section>`
  const plain = sentences.filter((text) => typeof text === 'string')
  return { ...page(400, title, content), problem: `${title}. ${plain.join(' ')}`.trim() }
}

/** Says why a form had no effect. */
export function unchangedPage(reason: string): Answer {
  return problemPage('Nothing was changed', reason)
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
