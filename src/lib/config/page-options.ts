import type { IncomingMessage, ServerResponse } from 'node:http'

/** How the kit's own pages look and what the e-mail page says. */
export interface PageOptions {
  /**
   * CSS after the pages' own, for all of them, e.g. `:root { --accent: #0a7d4f }`. The custom
   * properties are `--accent`, `--on-accent`, `--ink`, `--soft`, `--alert`, `--paper`, `--back`,
   * `--line`, `--field` and `--radius`.
   */
  readonly style?: string
  /** The e-mail page's texts, or what picks them for a request. Default: English. */
  readonly texts?: EmailPageTexts | ((req: IncomingMessage) => EmailPageTexts | undefined)
  /** Answers in place of the e-mail page; `no-store` and a ban on frames are set already. */
  email?(page: EmailPage, req: IncomingMessage, res: ServerResponse): void | Promise<void>
}

/** What the e-mail page says; what is left out stays English. */
export interface EmailPageTexts {
  /** The language of the texts. Default: `en`. */
  readonly lang?: string
  readonly title?: string
  /** The name of the field. */
  readonly label?: string
  readonly button?: string
  /** Stands between the field and the social providers. */
  readonly or?: string
  /** A social provider's button; `{provider}` is its name. */
  readonly provider?: string
  /** When Scalekit knows no connection for the address's domain. */
  readonly unknown?: string
  /** When it knows one that is switched off, or not set up to its end. */
  readonly unusable?: string
}

/**
 * What a page that asks for an e-mail address has to have: a form that GETs `action` with the
 * address as `login_hint` and with these hidden fields.
 */
export interface EmailPage {
  /** The path of `/login`. */
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** What was given as the address before, to be escaped; empty at first. */
  readonly email: string
  /** Why the address led nowhere. Only its domain was looked up, and never a person. */
  readonly problem?: 'unknown' | 'unusable'
  /** The social providers that are offered, each with the path that starts its sign-in. */
  readonly providers: readonly {
    readonly id: string
    readonly name: string
    readonly url: string
  }[]
}
