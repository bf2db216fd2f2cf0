import type { OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { NamedArguments } from './named.ts'
import type { PageEnds, Pagination } from './pages.ts'

/** A customer of yours. Times are in RFC 3339. */
export interface Organization {
  readonly id: string
  readonly displayName: string
  /** The customer's id in your system. */
  readonly externalId?: string
  /** What you attached to it, by your own keys. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Where its data is kept. */
  readonly regionCode?: OpenEnum<'US' | 'EU'>
  readonly settings?: OrganizationSettings
  readonly slug?: string
  readonly logoUrl?: string
  readonly createTime?: string
  readonly updateTime?: string
}

/** What an organization may use. */
export interface OrganizationSettings {
  readonly features: readonly OrganizationFeature[]
}

/** Single sign-on or directory sync, on or off. */
export interface OrganizationFeature {
  readonly name: OpenEnum<'sso' | 'dir_sync'>
  readonly enabled: boolean
}

/** What can be said of an organization later, too. */
export interface OrganizationChanges {
  /** 1 to 200 characters. */
  readonly displayName?: string
  /** An empty text takes it away. */
  readonly externalId?: string
  /** At most ten entries; keys of 3 to 25 characters, values of 1 to 256. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly slug?: string
  readonly logoUrl?: string
}

/** What is said of an organization when it is made. */
export interface NewOrganization extends OrganizationChanges {
  readonly displayName: string
  /** Default: the environment's. */
  readonly regionCode?: OpenEnum<'US' | 'EU'>
}

/** Which organizations. */
export interface ListOrganizationOptions extends Pagination {
  /** Only the organization with this id of yours. */
  readonly externalId?: string
}

/** One page of organizations. */
export interface OrganizationPage extends PageEnds {
  readonly organizations: readonly Organization[]
}

/** What can be set up behind a link. */
export interface PortalLinkOptions {
  /** What the link opens. Default: what the organization has enabled. */
  readonly features?: readonly OpenEnum<'sso' | 'dir_sync'>[] | undefined
  /** @deprecated by Scalekit: use `features`. */
  readonly sso?: boolean | undefined
  /** @deprecated by Scalekit: use `features`. */
  readonly directorySync?: boolean | undefined
}

/** A way into the admin portal. Whoever has the `location` is an administrator there. */
export interface PortalLink {
  readonly id: string
  readonly location: string
  /** In RFC 3339. */
  readonly expireTime: string
}

/**
 * The customers of an environment. Ids are Scalekit's (`org_…`) where they are not called external.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` where the API failed or could not be
 * asked, `invalid_id` for an id that is none, and then nothing was sent.
 */
export interface OrganizationApi {
  /**
   * One page of all organizations.
   *
   * @throws {@link ApiError} as every operation; `invalid_page_size`; `invalid_id` for an external id
   *   that is named and empty
   */
  listOrganization(options?: NamedArguments<ListOrganizationOptions>): Promise<OrganizationPage>
  /** All organizations, page by page as the loop reaches them; 100 to a page. */
  organizations(
    options?: NamedArguments<ListOrganizationOptions>,
  ): AsyncGenerator<Organization, void, undefined>
  /** Sent again only where the API did nothing: a second organization would be another customer. */
  createOrganization(
    displayName: string,
    options?: NamedArguments<Omit<NewOrganization, 'displayName'>>,
  ): Promise<{ readonly organization: Organization }>
  createOrganization(
    organization: NamedArguments<NewOrganization>,
  ): Promise<{ readonly organization: Organization }>
  getOrganization(
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  getOrganization(
    request: NamedArguments<{ readonly id: string }>,
  ): Promise<{ readonly organization: Organization }>
  getOrganizationByExternalId(
    externalId: string,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  getOrganizationByExternalId(
    request: NamedArguments<{ readonly externalId: string }>,
  ): Promise<{ readonly organization: Organization }>
  /** What is not named stays as it is. */
  updateOrganization(
    id: string,
    organization: OrganizationChanges,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  updateOrganization(
    request: NamedArguments<{ readonly id: string; readonly organization: OrganizationChanges }>,
  ): Promise<{ readonly organization: Organization }>
  /** Looks the organization up and updates it by its id. */
  updateOrganizationByExternalId(
    externalId: string,
    organization: OrganizationChanges,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  updateOrganizationByExternalId(
    request: NamedArguments<{
      readonly externalId: string
      readonly organization: OrganizationChanges
    }>,
  ): Promise<{ readonly organization: Organization }>
  /** Switches features; those that are not named stay as they are. */
  updateOrganizationSettings(
    id: string,
    settings: OrganizationSettings,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  updateOrganizationSettings(
    request: NamedArguments<{ readonly id: string; readonly settings: OrganizationSettings }>,
  ): Promise<{ readonly organization: Organization }>
  deleteOrganization(id: string, options?: CallOptions): Promise<void>
  deleteOrganization(request: NamedArguments<{ readonly id: string }>): Promise<void>
  /** Looks the organization up and deletes it by its id. */
  deleteOrganizationByExternalId(externalId: string, options?: CallOptions): Promise<void>
  deleteOrganizationByExternalId(
    request: NamedArguments<{ readonly externalId: string }>,
  ): Promise<void>
  /** Makes a link for one visit: keep it nowhere, and give it only to the customer's administrator. */
  generatePortalLink(id: string, options?: NamedArguments<PortalLinkOptions>): Promise<PortalLink>
  generatePortalLink(
    request: NamedArguments<PortalLinkOptions & { readonly id: string }>,
  ): Promise<PortalLink>
}
