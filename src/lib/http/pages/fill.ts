import { type Html, type HtmlValue, html } from '../../ground/html.ts'

/**
 * Puts values in place of the words in braces of a text. The text is escaped, values too unless they
 * are markup already. Each value is isolated, so that an address in Latin script does not reorder a
 * sentence from right to left.
 */
export function fill(text: string, values: Readonly<Record<string, HtmlValue>>): Html {
  const parts = text.split(/\{(\w+)\}/)
  return html`${parts.map((part, at) => (at % 2 === 0 ? part : placed(part, values)))}`
}

function placed(name: string, values: Readonly<Record<string, HtmlValue>>): HtmlValue {
  return Object.hasOwn(values, name) ? html`<bdi>${values[name]}</bdi>` : `{${name}}`
}

/** The same for an attribute or a plain string. */
export function fillPlain(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : whole,
  )
}
