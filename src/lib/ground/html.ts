/** Markup that is safe to send: every interpolated value was escaped on its way in. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }

  toString(): string {
    return this.markup
  }
}

/** What may stand between `${` and `}` in an {@link html} template. */
export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[]

/**
 * Builds markup; strings are escaped, {@link Html} is kept, lists are joined, `undefined` and
 * `false` leave nothing. Attribute values must stand in double quotes.
 */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(texts.reduce((markup, text, index) => markup + render(values[index - 1]) + text))
}

/** Keeps markup of our own as it is, e.g. a stylesheet; never for anything from outside. */
export function raw(markup: string): Html {
  return new Html(markup)
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (character) => entities[character]!)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
