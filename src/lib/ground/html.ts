/** Markup that is safe to send: every interpolated value was escaped when it was inserted. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }

  toString(): string {
    return this.markup
  }
}

/** The values that an {@link html} template accepts between `${` and `}`. */
export type HtmlValue = string | number | Html | undefined | false | readonly HtmlValue[]

/**
 * Builds markup. Strings are escaped, {@link Html} is kept, arrays are joined, `undefined` and
 * `false` render nothing. Attribute values must be in double quotes.
 */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(texts.reduce((markup, text, index) => markup + render(values[index - 1]) + text))
}

/** Marks our own markup as safe, e.g. a style sheet. Must never be called with external input. */
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
