import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmailPageTexts, PageTranslation } from './texts/page-texts.ts'

/** How the kit's own pages look, which languages they speak, and what answers in their place. */
export interface PageOptions {
  /** The name of your application, in the title and at the top of every page. Default: none. */
  readonly name?: string
  /**
   * A logo in place of `name`, which is then its alternative text and required: an https URL, or a
   * path of this site such as `/logo.svg`. Default: none.
   */
  readonly logoUrl?: string
  /**
   * Where the link "Get help" of errors and refusals leads: an https URL, a `mailto:` URL, or a path
   * of this site. Default: none.
   */
  readonly supportUrl?: string
  /**
   * CSS that is added to every page, e.g. `:root { --accent: #0a7d4f }`. The custom properties are
   * `--accent`, `--on-accent`, `--ink`, `--soft`, `--alert`, `--paper`, `--back`, `--line`,
   * `--field` and `--radius`. Default: none.
   */
  readonly style?: string
  /**
   * Texts by language tag, over those of the kit: `{ de: { email: { title: 'Login' } } }`. Another
   * language is one object of type `PageTexts`; texts that it lacks are English.
   * Default: English and German.
   */
  readonly texts?: Readonly<Record<string, PageTranslation>>
  /**
   * The language of all pages, such as `en`, or a function that returns it at once. For `undefined`,
   * the request chooses. Default: the sign-in's `ui_locales`, then `Accept-Language`, then English.
   */
  readonly language?: string | ((req: IncomingMessage) => string | undefined)
  /**
   * Sends your own page instead of the email page. The headers against caching and framing are set
   * before it is called. If it fails, or has not sent the page after 30 seconds, the request is
   * answered 503. Default: none.
   */
  email?(page: EmailPage, req: IncomingMessage, res: ServerResponse): unknown
  /**
   * Sends your own page instead of the error page, whose status and headers are set before. If it
   * fails, or has not sent the page after 30 seconds, the kit's page is sent and an error is logged.
   * Default: none.
   */
  error?(problem: ErrorPage, req: IncomingMessage, res: ServerResponse): unknown
  /**
   * `next`: your error handler answers instead of the error page. It gets a `ScalekitError`, from
   * guards an `AccessError`. It cannot be combined with `error`. Default: `answer`.
   */
  readonly errors?: 'answer' | 'next'
}

/**
 * What your own email page needs: a form that sends `action` by GET, with the address as
 * `login_hint` and these hidden fields.
 */
export interface EmailPage {
  /** The path of `/login`. */
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** The address that the user entered before, unescaped; empty at first. */
  readonly email: string
  /** Why the address was not accepted. Only its domain was looked up, never a user. */
  readonly problem?: 'unknown' | 'unusable'
  /**
   * Present when the session that this browser had was ended because the user's organization
   * removed them.
   */
  readonly notice?: 'removed'
  /** The social providers to offer, each with the path that begins its sign-in. */
  readonly providers: readonly {
    readonly id: string
    readonly name: string
    readonly url: string
  }[]
  /** Ways on besides the form: to the start page, and to `pages.supportUrl`. Empty at first. */
  readonly ways: readonly PageWay[]
  /** The language of this visitor, e.g. `de`, with the kit's texts in it. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly texts: EmailPageTexts
}

/** A refusal or an error, for your own page. All strings are unescaped. */
export interface ErrorPage {
  /** A code of the kit, or the one of your `requireThat`. */
  readonly code: string
  /** The HTTP status, which is already set on the response. */
  readonly status: number
  /** The title and the sentence of the kit's own page, in the language of this visitor. */
  readonly title: string
  readonly text: string
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  /** The `error` that Scalekit named, where it is one that Scalekit documents. */
  readonly reference?: string
  /** Present when the user's organization removed them; `text` does not say it. */
  readonly notice?: string
  /** Who is signed in, where it is the user who was refused. */
  readonly signedIn?: {
    readonly userId: string
    readonly email?: string
    readonly name?: string
    readonly organizationId?: string
  }
  /** What the visitor can do now, best first. */
  readonly ways: readonly PageWay[]
}

/** A link or a button that leads on from a page. */
export interface PageWay {
  /**
   * `sign-in` begins a sign-in, `retry` loads the page again, `other-account` and
   * `other-organization` begin a sign-in as another user or elsewhere, `home` is the start page.
   */
  readonly kind:
    | 'sign-in'
    | 'retry'
    | 'other-account'
    | 'other-organization'
    | 'home'
    | 'sign-out'
    | 'help'
  /** What the link or button says, in the language of this visitor. */
  readonly label: string
  /** A path of this site; with `help`, `pages.supportUrl`. */
  readonly url: string
  /** `post`: send a form to `url` with `fields`. `get`: link to `url`. */
  readonly method: 'get' | 'post'
  /** The hidden fields of the form. */
  readonly fields: Readonly<Record<string, string>>
}
