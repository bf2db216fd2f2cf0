import type { PageWay } from '../../config/page-options.ts'
import { type Html, html } from '../../ground/html.ts'

/**
 * Renders the links and buttons of the next steps. The first one is the primary one, and the link
 * to support comes last.
 */
export function waysHtml(ways: readonly PageWay[]): Html {
  const buttons = ways.filter(({ kind }) => kind !== 'help')
  const layout = buttons.length > 2 ? 'ways column' : 'ways'
  const list =
    buttons.length > 0 &&
    html`<div class="${layout}">${buttons.map(wayHtml)}</div>
`
  return html`${list}${helpHtml(ways)}`
}

/** Renders only the link to support. */
export function helpHtml(ways: readonly PageWay[]): Html {
  const help = ways.find(({ kind }) => kind === 'help')
  return html`${help && html`<p class="help"><a href="${help.url}">${help.label}</a></p>`}`
}

function wayHtml({ label, url, method, fields }: PageWay, index: number): Html {
  const first = index === 0 && html` class="first"`
  if (method === 'get') return html`<a${first} href="${url}">${label}</a>`
  return html`<form method="post" action="${url}">${hiddenFields(fields)}<button${first}>${label}</button></form>`
}

/** Renders the hidden fields of a form. */
export function hiddenFields(fields: Readonly<Record<string, string>>): readonly Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
}
