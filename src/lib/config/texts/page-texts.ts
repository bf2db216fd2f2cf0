/**
 * All texts of the kit's pages in one language. A word in braces, such as `{user}`, is replaced by a
 * value, and has to appear in the translation as well. Texts are plain: markup in them is escaped.
 *
 * @example
 * const french: PageTexts = { lang: 'fr', dir: 'ltr', … }
 * scalekitAuth({ pages: { texts: { fr: french } } })
 */
export interface PageTexts {
  /** The language tag of the texts, e.g. `de` or `pt-BR`, for browsers and screen readers. */
  readonly lang: string
  /** The direction of the script: left to right, or right to left. */
  readonly dir: 'ltr' | 'rtl'
  readonly common: CommonTexts
  readonly email: EmailPageTexts
  readonly signOut: ConfirmTexts
  readonly switch: SwitchPageTexts
  readonly portal: PortalPageTexts
  /** A title and a sentence for each problem that a visitor may see. */
  readonly problems: { readonly [Name in PageProblem]: ProblemTexts }
}

/** The texts that several pages share. */
export interface CommonTexts {
  /** `{user}`: an email address or a name. */
  readonly signedInAs: string
  /** In place of `signedInAs` where neither an address nor a name is known. */
  readonly signedIn: string
  /** Begins a new sign-in. */
  readonly signIn: string
  /** Loads the page again. */
  readonly retry: string
  /** Leads to `/`. */
  readonly home: string
  readonly otherAccount: string
  /** `{organization}`: the name of another organization of the user. */
  readonly otherOrganization: string
  readonly signOut: string
  /** Leads to `pages.supportUrl`. */
  readonly help: string
  /** `{code}`: the code of an error, for support. */
  readonly code: string
  /** For a user whom their organization removed, above the form of the email page. */
  readonly removed: string
}

/** The texts of the page that asks for an email address. */
export interface EmailPageTexts {
  readonly title: string
  /** The label of the field. */
  readonly label: string
  readonly button: string
  /** The word between the field and the social providers. */
  readonly or: string
  /** The link of a social provider. `{provider}`: its name. */
  readonly provider: string
  /** Shown when Scalekit has no connection for the domain of the address. */
  readonly unknown: string
  /** Shown when the connection is switched off, or not set up completely. */
  readonly unusable: string
}

/** A page that asks before it does something. */
export interface ConfirmTexts {
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly cancel: string
}

/** The page that asks before a sign-in replaces another user's session. */
export interface SwitchPageTexts {
  readonly title: string
  /** `{user}`: the address of the account that a link names. */
  readonly byLink: string
  /** In place of `byLink` where the link names no address. */
  readonly byLinkUnnamed: string
  /** `{user}`: the address of the account that the identity provider names. */
  readonly byProvider: string
  /** In place of `byProvider` where the identity provider names no address. */
  readonly byProviderUnnamed: string
  readonly confirm: string
  readonly cancel: string
}

/** The page around the admin portal. */
export interface PortalPageTexts {
  readonly title: string
  readonly back: string
  /** The link to the portal in browsers without script. */
  readonly open: string
  readonly again: string
  readonly opening: string
  readonly failed: string
  /** The session of the portal is about to expire. */
  readonly expiring: string
  readonly expired: string
  readonly ssoOn: string
  readonly ssoOff: string
  readonly directoryOn: string
  readonly directoryOff: string
}

/** How a page names a problem. */
export interface ProblemTexts {
  readonly title: string
  readonly text: string
}

/**
 * The problems that have texts of their own: codes of the kit, and three that are no codes.
 * `login_refused`: a `login_denied` that the user did certainly not cause by cancelling. `refused`: a
 * code of the application, from `requireThat`. `other`: every other code.
 */
export type PageProblem =
  | 'login_state_missing'
  | 'login_cookies_refused'
  | 'login_state_used'
  | 'login_expired'
  | 'login_too_old'
  | 'login_cancelled'
  | 'login_denied'
  | 'login_refused'
  | 'login_incomplete'
  | 'login_target_mismatch'
  | 'connection_unavailable'
  | 'target_unknown'
  | 'identity_provider_failed'
  | 'provider_unavailable'
  | 'store_unavailable'
  | 'sign_out_incomplete'
  | 'authorization_unavailable'
  | 'parameter_invalid'
  | 'ambiguous_target'
  | 'provider_not_allowed'
  | 'idp_login_invalid'
  | 'callback_invalid'
  | 'cross_site_request'
  | 'organization_required'
  | 'wrong_organization'
  | 'portal_unavailable'
  | 'role_required'
  | 'permission_required'
  | 'insufficient_scope'
  | 'recent_auth_required'
  | 'auth_time_missing'
  | 'not_signed_in'
  | 'refused'
  | 'other'

/** A part of {@link PageTexts}: a single text may stand alone. */
export type PageTranslation = {
  readonly [Group in keyof PageTexts]?: PageTexts[Group] extends string
    ? PageTexts[Group]
    : { readonly [Name in keyof PageTexts[Group]]?: Partial<PageTexts[Group][Name]> }
}
