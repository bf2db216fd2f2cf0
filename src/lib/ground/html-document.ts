import { sha256 } from './bytes.ts'
import { type Html, html } from './html.ts'

/** The parts in which one page differs from another. */
export interface HtmlDocument {
  readonly title: string
  readonly style: Html
  readonly body: Html
  /** Default: `en`. */
  readonly lang?: string
  /** The direction of the script. Default: from left to right. */
  readonly dir?: 'ltr' | 'rtl'
  /** `<meta>` elements besides the usual ones. */
  readonly metas?: Html
  readonly links?: Html
}

/** Renders a whole page with its style sheet inlined. */
export function htmlDocument(content: HtmlDocument): Html {
  const { title, style, body, lang = 'en', dir = 'ltr', metas, links } = content
  return html`<!doctype html>
<html lang="${lang}"${dir === 'rtl' && html` dir="rtl"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${metas && html`${metas}\n`}<title>${title}</title>
${links && html`${links}\n`}<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`
}

/**
 * The resources that a page may load besides its style sheet, and the origins that may frame it.
 */
export interface PagePolicy {
  readonly styleHash: string
  /** The hash of the one script that may run. Default: no script may. */
  readonly scriptHash?: string | undefined
  /** The source of images. Default: none. */
  readonly images?: string
  /** The origin that the page may show in a frame. Default: none. */
  readonly frameOrigin?: string
  /** The origins of pages that may frame this page. Default: none. */
  readonly embeddedBy?: readonly string[]
}

/**
 * The Content-Security-Policy of a page. It has no `form-action`: Chromium applies that directive
 * to each redirect after a form, and a sign-in is redirected to origins that the page does not
 * know.
 */
export function contentSecurityPolicy(policy: PagePolicy): string {
  const { styleHash, scriptHash, images, frameOrigin, embeddedBy = [] } = policy
  return [
    "default-src 'none'",
    `style-src '${styleHash}'`,
    scriptHash && `script-src '${scriptHash}'`,
    images && `img-src ${images}`,
    frameOrigin && `frame-src ${frameOrigin}`,
    "base-uri 'none'",
    `frame-ancestors ${embeddedBy.join(' ') || "'none'"}`,
  ]
    .filter((directive) => directive)
    .join('; ')
}

/** The source expression for an inline style or script in a Content-Security-Policy. */
export function policyHash(text: string): string {
  return `sha256-${sha256(text).toString('base64')}`
}
