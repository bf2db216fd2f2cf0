import { createHash } from 'node:crypto'
import { Html, html } from '../html.ts'
import type { Answer } from './call.ts'
import { style } from './style.ts'

/** A page of the emulator: no script, one style sheet, nothing from anywhere else. */
export function page(status: number, title: string, content: Html): Answer {
  return {
    status,
    headers,
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

const styleHash = createHash('sha256').update(style).digest('base64')

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // Without form-action: Chrome holds every redirect after a form to it, and where an application
  // goes on to after its callback is not ours to know.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
