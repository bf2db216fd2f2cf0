import type { PageTexts } from '../../config/texts/page-texts.ts'
import { type Html, html, raw } from '../../ground/html.ts'
import { htmlDocument, policyHash } from '../../ground/html-document.ts'
import { ownStyle } from './style.ts'

/** The content of one page of the kit. */
export interface Page {
  readonly title: string
  readonly body: Html
  /** The language of the page and the direction of its script. */
  readonly language: Pick<PageTexts, 'lang' | 'dir'>
  /** The hash of the only script that may run. Default: no script may run. */
  readonly scriptHash?: string
  /** The only origin that the page may show in a frame. Default: none. */
  readonly frameOrigin?: string
  /** The referrer policy of the page. Default: `same-origin`. */
  readonly referrerPolicy?: 'no-referrer'
}

/** The look of all pages of an instance. */
export interface Theme {
  readonly style: Html
  /** The hash with which the Content-Security-Policy allows this style and no other. */
  readonly styleHash: string
  /** The name of the application. */
  readonly name?: string | undefined
  readonly logoUrl?: string | undefined
  /** The source of images that the Content-Security-Policy allows. Default: none. */
  readonly images?: string
}

/** The options that a theme is made of. */
export interface ThemeOptions {
  readonly style: string
  readonly name?: string | undefined
  readonly logoUrl?: string | undefined
}

/** @param particulars CSS of one page, placed before that of the application. */
export function themeWith(options: ThemeOptions, particulars = ''): Theme {
  const { name, logoUrl } = options
  const whole = ownStyle + particulars + options.style
  return {
    style: raw(whole),
    styleHash: policyHash(whole),
    name,
    logoUrl,
    ...(logoUrl === undefined ? {} : { images: imageSource(logoUrl) }),
  }
}

/**
 * Returns the logo's URL for the Content-Security-Policy. An unescaped semicolon would end the
 * directive, and a comma the policy. @see CSP Level 3, section 2.3.1
 */
function imageSource(logoUrl: string): string {
  if (logoUrl.startsWith('/')) return "'self'"
  const { origin, pathname } = new URL(logoUrl)
  return origin + pathname.replaceAll(';', '%3B').replaceAll(',', '%2C')
}

/** Renders the whole document. */
export function render({ title, body, language }: Page, { style, name, logoUrl }: Theme): string {
  const main = html`<main>
${name !== undefined && brand(name, logoUrl)}<h1>${title}</h1>
${body}
</main>`
  const whole = name === undefined ? title : `${title} · ${name}`
  return htmlDocument({ title: whole, style, body: main, ...language }).markup
}

function brand(name: string, logoUrl: string | undefined): Html {
  const shown = logoUrl === undefined ? html`${name}` : html`<img src="${logoUrl}" alt="${name}">`
  return html`<p class="brand"><bdi>${shown}</bdi></p>
`
}
