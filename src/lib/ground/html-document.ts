import { sha256 } from './bytes.ts'
import { type Html, html } from './html.ts'

/** What one page has that another has not. */
export interface HtmlDocument {
  readonly title: string
  readonly style: Html
  readonly body: Html
  /** Default: `en`. */
  readonly lang?: string
  /** `<meta>` elements besides the usual ones. */
  readonly metas?: Html
  readonly links?: Html
}

/** A whole page, with its style sheet in it. */
export function htmlDocument(content: HtmlDocument): Html {
  const { title, style, body, lang = 'en', metas, links } = content
  return html`<!doctype html>
<html lang="${lang}">
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

/** What a page may load besides its style sheet, and who may show it. */
export interface PagePolicy {
  readonly styleHash: string
  /** Of the one script that may run. Default: none may. */
  readonly scriptHash?: string | undefined
  /** Where images may come from. Default: nowhere. */
  readonly images?: string
  /** What may be shown in a frame of the page. Default: nothing. */
  readonly frameOrigin?: string
  /** The origins of pages that may show it in a frame. Default: none. */
  readonly embeddedBy?: readonly string[]
}

/**
 * The Content-Security-Policy of a page. It has no `form-action`: Chromium holds each redirect
 * after a form to it, and a sign-in goes on from there to origins that the page does not know.
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

/** What a Content-Security-Policy calls a style or a script that stands in the page. */
export function policyHash(text: string): string {
  return `sha256-${sha256(text).toString('base64')}`
}
