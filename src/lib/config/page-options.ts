import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CommonTexts, EmailPageTexts, PageTranslation } from './texts/page-texts.ts'

/** The name, style and languages of the kit's own pages, and replacements for them. */
export interface PageOptions {
  /** The name of your application, in the title and at the top of every page. Default: none. */
  readonly name?: string
  /**
   * A logo in place of `name`, which is then required as its alternative text: an https URL, or a
   * path of this site such as `/logo.svg`. Default: none.
   */
  readonly logoUrl?: string
  /**
   * The target of the link "Get help" on errors and refusals: an https URL, a `mailto:` URL, or a
   * path of this site. Default: none.
   */
  readonly supportUrl?: string
  /**
   * CSS that is added to every page, e.g. `:root { --accent: #0a7d4f }`. The custom properties are
   * `--accent`, `--on-accent`, `--ink`, `--soft`, `--alert`, `--paper`, `--back`, `--line`,
   * `--field` and `--radius`. Default: none.
   */
  readonly style?: string
  /**
   * Translations by language tag: `{ de: { email: { title: 'Login' } } }`. Another language is one
   * object of type `PageTexts`; strings that it lacks are shown in English. Default: English and
   * German.
   */
  readonly texts?: Readonly<Record<string, PageTranslation>>
  /**
   * The language of all pages, such as `en`, or a synchronous function that returns it. For
   * `undefined`, the request decides. Default: the sign-in's `ui_locales`, then `Accept-Language`,
   * then English.
   */
  readonly language?: string | ((req: IncomingMessage) => string | undefined)
  /**
   * Sends your own page instead of the email page. The headers against caching and framing are
   * already set. If it fails or takes longer than 30 seconds, the response is 503, or breaks off if
   * it has begun. Default: none.
   */
  email?(page: EmailPage, req: IncomingMessage, res: ServerResponse): unknown
  /**
   * Sends your own page instead of the error page. The status and headers are already set. If it
   * fails or takes longer than 30 seconds, an error is logged and the kit's page is sent, or yours
   * breaks off if it has begun. Default: none.
   */
  error?(problem: ErrorPage, req: IncomingMessage, res: ServerResponse): unknown
  /**
   * `next`: your error handler responds instead of the error page. It receives a `ScalekitError`,
   * or an `AccessError` from a guard. Cannot be combined with `error`. Default: `answer`.
   */
  readonly errors?: 'answer' | 'next'
}

/**
 * The data for your own email page. It needs a form that sends `action` by GET, with the email
 * address as `login_hint` and with the hidden `fields`.
 *
 * @example
 * const pages: PageOptions = {
 *   email: (page, req, res) => {
 *     res.setHeader('Content-Type', 'text/html; charset=utf-8')
 *     res.end(emailPage(page))
 *   },
 * }
 */
export interface EmailPage {
  /** The path of `/login`. */
  readonly action: string
  /** The names and values of the hidden fields. */
  readonly fields: Readonly<Record<string, string>>
  /** The email address that the user entered before, unescaped. Empty on the first visit. */
  readonly email: string
  /** Why the email address was not accepted. Only its domain is looked up, never a user. */
  readonly problem?: 'unknown' | 'unusable'
  /**
   * Present if the previous session of this browser was ended because the user's organization
   * removed them. `texts[notice]` is the sentence about it.
   */
  readonly notice?: 'removed'
  /** The social providers to offer, each with the path that begins its sign-in. */
  readonly providers: readonly {
    readonly id: string
    readonly name: string
    readonly url: string
  }[]
  /**
   * Links besides the form. With `problem`: to the start page, unless the user came from it. With
   * `problem` or `notice`: to `pages.supportUrl`. Otherwise empty.
   */
  readonly ways: readonly PageWay[]
  /** The language of the page, e.g. `de`, in which the kit's strings are. */
  readonly lang: string
  /** The direction of the language. */
  readonly dir: 'ltr' | 'rtl'
  /** The kit's strings for this page, that of `notice` included: `texts.removed`. */
  readonly texts: EmailPageTexts & Pick<CommonTexts, 'removed'>
}

/** The data of a refusal or an error, for your own page. All strings are unescaped. */
export interface ErrorPage {
  /** The code of the kit's error, or of your `requireThat`. */
  readonly code: string
  /** The HTTP status, already set on the response. */
  readonly status: number
  /** The title and the sentence of the kit's own page, in the language of the page. */
  readonly title: string
  readonly text: string
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  /** The `error` that Scalekit returned, if Scalekit documents it. */
  readonly reference?: string
  /** Present if the user's organization removed them. `text` does not mention it. */
  readonly notice?: string
  /**
   * The user of this browser's session, on the page of a refusal. It is the refused user, except
   * with `login_denied`: the session was there before the denied sign-in, and may be another user's.
   */
  readonly signedIn?: {
    readonly userId: string
    readonly email?: string
    readonly name?: string
    readonly organizationId?: string
  }
  /** The actions that the user can take now, best first. */
  readonly ways: readonly PageWay[]
}

/** A link or button to continue from a page. */
export interface PageWay {
  /**
   * `sign-in` begins a sign-in. `retry` loads the page again. `other-account` and
   * `other-organization` begin a sign-in as another user or at another organization. `home` is the
   * start page. `sign-out` signs the user out. `help` is `pages.supportUrl`.
   */
  readonly kind:
    | 'sign-in'
    | 'retry'
    | 'other-account'
    | 'other-organization'
    | 'home'
    | 'sign-out'
    | 'help'
  /** The label of the link or button, in the language of the page. */
  readonly label: string
  /** A path of this site. For `help`, it is `pages.supportUrl`. */
  readonly url: string
  /** `post`: send a form with `fields` to `url`. `get`: link to `url`. */
  readonly method: 'get' | 'post'
  /** The hidden fields of the form. */
  readonly fields: Readonly<Record<string, string>>
}
