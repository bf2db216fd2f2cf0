import { type Html, html, raw } from '../../ground/html.ts'
import { htmlDocument, policyHash } from '../../ground/html-document.ts'

/** What stands on a page of ours. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** Default: `en`. */
  readonly lang?: string
  /** Of the one script that may run. Default: none may. */
  readonly scriptHash?: string
  /** What may be shown in a frame of the page. Default: nothing. */
  readonly frameOrigin?: string
  /** Default: `same-origin`. */
  readonly referrerPolicy?: 'no-referrer'
}

/** How all pages of an instance look. */
export interface Theme {
  readonly style: Html
  /** Lets the style through the Content-Security-Policy, and nothing else. */
  readonly styleHash: string
}

const ownStyle = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5b616e; --paper: #fff; --back: #f3f4f7; --line: #dfe2e8; --field: #8a909d; --accent: #3346d3; --on-accent: #fff; --alert: #b3261e; --radius: .6rem }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef2; --soft: #a2a9b8; --paper: #1b1e25; --back: #111318; --line: #2e333d; --field: #767d8c; --accent: #93a2ff; --on-accent: #0d1020; --alert: #ffb4ab } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .06) }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance }
p { margin: 0 0 1.5rem; color: var(--soft); overflow-wrap: anywhere }
.ways { display: flex; flex-wrap: wrap; gap: .75rem }
.ways a, .ways button { flex: 1 1 auto; min-height: 2.75rem; padding: .55rem 1.1rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; border-radius: var(--radius); border: 1px solid var(--line); background: transparent; color: var(--ink); cursor: pointer }
.ways .first { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
.ways a:focus-visible, .ways button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.column { flex-direction: column }
.column button { margin-top: .5rem }
label { display: block; margin: 1.25rem 0 .4rem; font-weight: 600; font-size: .9375rem }
input { width: 100%; min-height: 2.75rem; padding: .55rem .8rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--field); border-radius: var(--radius) }
input:focus { outline: 3px solid var(--accent); outline-offset: -1px; border-color: transparent }
input[aria-invalid] { border-color: var(--alert) }
#problem { margin: .5rem 0 0; color: var(--alert); font-size: .9375rem }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0; font-size: .875rem }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
.code { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .8125rem }
code { font: .8125rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink); overflow-wrap: anywhere }
`

/**
 * @param style What the application puts after our own.
 * @param particulars What one page has in between.
 */
export function themeWith(style: string, particulars = ''): Theme {
  const whole = ownStyle + particulars + style
  return { style: raw(whole), styleHash: policyHash(whole) }
}

/** The whole document. */
export function render({ title, body, lang = 'en' }: Page, { style }: Theme): string {
  const main = html`<main>
<h1>${title}</h1>
${body}
</main>`
  return htmlDocument({ title, style, body: main, lang }).markup
}
