import { type Html, html } from '../../ground/html.ts'

/** A field for names, such as those of roles, separated by commas. */
export function namesField(label: string, name: string, values: readonly string[]): Html {
  return html`<label>${label}<input name="${name}" value="${values.join(', ')}" placeholder="none"></label>`
}

/** The names in such a field of a form, without duplicates. */
export function namesIn(form: URLSearchParams, name: string): readonly string[] {
  const names = (form.get(name) ?? '').split(',').map((one) => one.trim())
  return [...new Set(names)].filter((one) => one !== '')
}
