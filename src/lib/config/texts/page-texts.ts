/**
 * All strings of the kit's pages in one language. A word in braces, such as `{user}`, is replaced
 * by a value, and must appear in the translation as well. Strings are plain: HTML in them is
 * escaped.
 *
 * @example scalekitAuth({ pages: { texts: { fr: french } } })
 */
export interface PageTexts {
  /** The language tag of the strings, e.g. `de` or `pt-BR`, for browsers and screen readers. */
  readonly lang: string
  /** The direction of the script: left to right, or right to left. */
  readonly dir: 'ltr' | 'rtl'
  readonly common: CommonTexts
  readonly email: EmailPageTexts
  readonly signOut: ConfirmTexts
  readonly switch: SwitchPageTexts
  readonly portal: PortalPageTexts
  /** A title and a sentence for each problem that a page can show. */
  readonly problems: { readonly [Name in PageProblem]: ProblemTexts }
}

/** The strings that several pages share. */
export interface CommonTexts {
  /** `{user}`: an email address or a name. */
  readonly signedInAs: string
  /** Replaces `signedInAs` if neither an email address nor a name is known. */
  readonly signedIn: string
  /**
   * Replaces `signedInAs` where another sign-in was denied: the session stays. `{user}`: an email
   * address or a name.
   */
  readonly stillSignedInAs: string
  /** Replaces `stillSignedInAs` if neither an email address nor a name is known. */
  readonly stillSignedIn: string
  /** Begins a new sign-in. */
  readonly signIn: string
  /** Loads the page again. */
  readonly retry: string
  /** Leads to the start page: `/`, below the path of `baseUrl` if it has one. */
  readonly home: string
  readonly otherAccount: string
  /** `{organization}`: the name of another organization of the user. */
  readonly otherOrganization: string
  readonly signOut: string
  /** Leads to `pages.supportUrl`. */
  readonly help: string
  /** `{code}`: the code of an error, for support. */
  readonly code: string
  /**
   * Shown on the email page and on the error page, to a user whom their organization removed.
   */
  readonly removed: string
}

/** The strings of the page that asks for an email address. */
export interface EmailPageTexts {
  readonly title: string
  /** The label of the field. */
  readonly label: string
  readonly button: string
  /** The word between the field and the social providers. */
  readonly or: string
  /** The link of a social provider. `{provider}`: its name. */
  readonly provider: string
  /** Shown if Scalekit has no connection for the domain of the email address. */
  readonly unknown: string
  /** Shown if the connection is disabled or not completely set up. */
  readonly unusable: string
}

/** The strings of a page that asks for confirmation. */
export interface ConfirmTexts {
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly cancel: string
}

/**
 * The page that asks before a sign-in replaces the session of another user or of another
 * organization.
 */
export interface SwitchPageTexts {
  readonly title: string
  /** `{user}`: the email address of the account that a link names. */
  readonly byLink: string
  /** Replaces `byLink` if the link names no email address. */
  readonly byLinkUnnamed: string
  /** `{user}`: the email address of the account that the identity provider names. */
  readonly byProvider: string
  /** Replaces `byProvider` if the identity provider names no email address. */
  readonly byProviderUnnamed: string
  /** The title if the sign-in is to another organization and names no other account. */
  readonly organizationTitle: string
  /** `{organization}`: the name of the organization that a link names. */
  readonly organizationByLink: string
  /** Replaces `organizationByLink` if the user has not signed in to that organization before. */
  readonly organizationByLinkUnnamed: string
  /** `{organization}`: the name of the organization that the identity provider names. */
  readonly organizationByProvider: string
  /** Replaces `organizationByProvider` if the user has not signed in to that organization before. */
  readonly organizationByProviderUnnamed: string
  readonly confirm: string
  readonly cancel: string
}

/** The page around the admin portal. */
export interface PortalPageTexts {
  readonly title: string
  readonly back: string
  /** The link to the portal, for browsers without JavaScript. */
  readonly open: string
  readonly again: string
  readonly opening: string
  readonly failed: string
  /** Shown when the session of the portal is about to expire. */
  readonly expiring: string
  readonly expired: string
  readonly ssoOn: string
  readonly ssoOff: string
  readonly directoryOn: string
  readonly directoryOff: string
}

/** The title and the sentence of a problem. */
export interface ProblemTexts {
  readonly title: string
  readonly text: string
}

/**
 * The problems with strings of their own: codes of the kit, and three other names. `login_refused`:
 * a `login_denied` that the user certainly did not cause by cancelling. `refused`: a code of the
 * application, from `requireThat`, and every other code with the status 403. `other`: every other
 * code.
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
  | 'method_not_allowed'
  | 'refused'
  | 'other'

/** A part of {@link PageTexts}, down to a single string. */
export type PageTranslation = {
  readonly [Group in keyof PageTexts]?: PageTexts[Group] extends string
    ? PageTexts[Group]
    : { readonly [Name in keyof PageTexts[Group]]?: Partial<PageTexts[Group][Name]> }
}
