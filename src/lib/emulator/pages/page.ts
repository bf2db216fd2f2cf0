import { createHash } from 'node:crypto'
import { Html, html } from '../../ground/html.ts'
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
    body: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<main>${content}</main>
<footer>Scalekit emulator, on this machine only</footer>
${options.script && html`<script>${new Html(options.script)}</script>`}
</body>
</html>
`,
  }
}

/** A page that says what went wrong, for where no redirect URI can be trusted with it. */
export function problemPage(title: string, ...sentences: readonly string[]): Answer {
  return page(
    400,
    title,
    html`<section class="card"><h1>${title}</h1>${sentences.map((text) => html`<p>${text}</p>`)}</section>`,
  )
}

/** Tells whoever sent a form why nothing came of it. */
export function unchangedPage(reason: string): Answer {
  return problemPage('Nothing was changed', reason)
}

function headers({ script, embeddedBy = [] }: PageSettings) {
  // Without form-action: Chrome holds every redirect after a form to it, and where an application
  // goes on to after its callback is not ours to know.
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`]),
    'img-src data:',
    "base-uri 'none'",
    `frame-ancestors ${embeddedBy.length > 0 ? embeddedBy.join(' ') : "'none'"}`,
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
