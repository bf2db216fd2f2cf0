import { type Html, type HtmlValue, html } from '../../ground/html.ts'

/**
 * Replaces the names in braces with values. The template and the values are escaped, except values
 * that are markup already. Each value is isolated, so that an address in Latin script does not
 * reorder a right-to-left sentence.
 */
export function fill(text: string, values: Readonly<Record<string, HtmlValue>>): Html {
  const parts = text.split(/\{(\w+)\}/)
  return html`${parts.map((part, at) => (at % 2 === 0 ? part : placed(part, values)))}`
}

function placed(name: string, values: Readonly<Record<string, HtmlValue>>): HtmlValue {
  return Object.hasOwn(values, name) ? html`<bdi>${values[name]}</bdi>` : `{${name}}`
}

/** Like {@link fill}, for an attribute or a plain string. */
export function fillPlain(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name]! : whole,
  )
}
