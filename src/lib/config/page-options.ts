import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HookResult } from '../ground/types.ts'

/** How the kit's own pages look, and the strings of the email page. */
export interface PageOptions {
  /**
   * CSS that is added to every page, e.g. `:root { --accent: #0a7d4f }`. The custom properties are
   * `--accent`, `--on-accent`, `--ink`, `--soft`, `--alert`, `--paper`, `--back`, `--line`,
   * `--field` and `--radius`. Default: none.
   */
  readonly style?: string
  /**
   * The strings of the email page, or a function that returns them for a request: `lang`, `title`,
   * `label`, `button`, `or`, `provider`, `unknown`, `unusable`. A function has 30 seconds; if it
   * fails, the page is English. Default: English.
   */
  readonly texts?: EmailPageTexts | ((req: IncomingMessage) => HookResult<EmailPageTexts>)
  /**
   * Sends your own page instead of the email page. The headers against caching and framing are set
   * before it is called. If it fails, or has not sent the page after 30 seconds, the request is
   * answered 503. Default: none.
   */
  email?(page: EmailPage, req: IncomingMessage, res: ServerResponse): void | Promise<void>
}

/** The strings of the email page. Missing ones are English. */
export interface EmailPageTexts {
  /** The language of the strings. Default: `en`. */
  readonly lang?: string
  readonly title?: string
  /** The label of the field. */
  readonly label?: string
  readonly button?: string
  /** The word between the field and the social providers. */
  readonly or?: string
  /** The button of a social provider; `{provider}` is replaced by its name. */
  readonly provider?: string
  /** Shown when Scalekit has no connection for the domain of the address. */
  readonly unknown?: string
  /** Shown when the connection is switched off, or not set up completely. */
  readonly unusable?: string
  /** The link to `/`, which stands below either of these. */
  readonly start?: string
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
  /** The social providers to offer, each with the path that begins its sign-in. */
  readonly providers: readonly {
    readonly id: string
    readonly name: string
    readonly url: string
  }[]
}
