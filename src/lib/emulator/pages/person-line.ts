import { type Html, type HtmlValue, html } from '../../ground/html.ts'

/**
 * A name with a note beside it and details below. A name may be written from right to left, and
 * must not turn the words around it.
 */
export function nameAndNote(name: string, note: HtmlValue, details: HtmlValue): Html {
  return html`<span class="who"><strong><bdi>${name}</bdi></strong>${note}<span>${details}</span></span>`
}

/** The initials of a name, for the circle beside it. */
export function initials(name: string): string {
  return name
    .split(' ')
    .slice(0, 2)
    .map(([first = '']) => first)
    .join('')
}
