import type { OpenEnum } from '../ground/types.ts'
import type { CallOptions } from './call.ts'
import type { NamedArguments } from './named.ts'
import type { PageEnds, Pagination } from './pages.ts'

/** A customer of the application. Times are in RFC 3339. */
export interface Organization {
  readonly id: string
  readonly displayName: string
  /** The customer's id in your system. */
  readonly externalId?: string
  /** Your own metadata, under your own keys. */
  readonly metadata?: Readonly<Record<string, string>>
  /** The region in which the organization's data is stored. */
  readonly regionCode?: OpenEnum<'US' | 'EU'>
  readonly settings?: OrganizationSettings
  readonly slug?: string
  readonly logoUrl?: string
  readonly createTime?: string
  readonly updateTime?: string
}

/** The features of an organization. */
export interface OrganizationSettings {
  readonly features: readonly OrganizationFeature[]
}

/** Whether single sign-on or directory sync is enabled. */
export interface OrganizationFeature {
  readonly name: OpenEnum<'sso' | 'dir_sync'>
  readonly enabled: boolean
}

/** The fields of an organization that can be changed later. */
export interface OrganizationChanges {
  /** 1 to 200 characters. */
  readonly displayName?: string
  /** An empty string removes it. */
  readonly externalId?: string
  /** At most 10 entries; keys of 3 to 25 characters, values of 1 to 256. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly slug?: string
  readonly logoUrl?: string
}

/** The fields of a new organization. */
export interface NewOrganization extends OrganizationChanges {
  readonly displayName: string
  /** Default: the region of the environment. */
  readonly regionCode?: OpenEnum<'US' | 'EU'>
}

/** Filters for organizations. */
export interface ListOrganizationOptions extends Pagination {
  /** Only the organization with this id in your system. */
  readonly externalId?: string
}

/** One page of organizations. */
export interface OrganizationPage extends PageEnds {
  readonly organizations: readonly Organization[]
}

/** The features that can be set up through a portal link. */
export interface PortalLinkOptions {
  /** The features that the link opens. Default: those that the organization has enabled. */
  readonly features?: readonly OpenEnum<'sso' | 'dir_sync'>[] | undefined
  /** @deprecated by Scalekit: use `features`. */
  readonly sso?: boolean | undefined
  /** @deprecated by Scalekit: use `features`. */
  readonly directorySync?: boolean | undefined
}

/** A link to the admin portal. A person who has the `location` is an administrator there. */
export interface PortalLink {
  readonly id: string
  readonly location: string
  /** In RFC 3339. */
  readonly expireTime: string
}

/**
 * Manages the customers of an environment. Ids are Scalekit's (`org_…`), unless they are called
 * external.
 *
 * Arguments are passed one by one, or by their names in one object together with `signal` and
 * `timeoutMs`.
 *
 * Every operation rejects with an {@link ApiError}: `api_…` if the API failed or could not be
 * reached, `invalid_id` for a malformed id. In the latter case, no request was sent.
 */
export interface OrganizationApi {
  /**
   * Returns one page of all organizations.
   *
   * @param options `pageSize`, `pageToken`, and the filter `externalId`.
   * @returns the page's `organizations`, and the tokens of its neighbors
   * @throws {@link ApiError} as every operation; `invalid_page_size`; `invalid_id` for an external
   *   id that is present but empty
   */
  listOrganization(options?: NamedArguments<ListOrganizationOptions>): Promise<OrganizationPage>
  /**
   * Iterates over all organizations. Pages of 100 are loaded as the loop reaches them.
   *
   * @param options The filter `externalId`, another `pageSize`, and the `pageToken` to begin at.
   * @returns an iterator of organizations
   * @throws {@link ApiError} while iterating, as {@link OrganizationApi.listOrganization}, and
   *   `page_token_repeated` instead of looping forever
   * @example
   * for await (const { id, displayName } of scalekit.organization.organizations()) {
   *   console.log(id, displayName)
   * }
   */
  organizations(
    options?: NamedArguments<ListOrganizationOptions>,
  ): AsyncGenerator<Organization, void, undefined>
  /**
   * Creates an organization. Only retried if the API certainly did nothing: a duplicate would be
   * another customer.
   *
   * @param displayName The customer's name, of 1 to 200 characters.
   * @param options Further fields of the organization, e.g. `externalId`.
   * @returns the new organization, as `{ organization }`
   * @throws {@link ApiError} as every operation
   */
  createOrganization(
    displayName: string,
    options?: NamedArguments<Omit<NewOrganization, 'displayName'>>,
  ): Promise<{ readonly organization: Organization }>
  createOrganization(
    organization: NamedArguments<NewOrganization>,
  ): Promise<{ readonly organization: Organization }>
  /**
   * Returns an organization.
   *
   * @param id Scalekit's id, `org_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the organization, as `{ organization }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  getOrganization(
    id: string,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  getOrganization(
    request: NamedArguments<{ readonly id: string }>,
  ): Promise<{ readonly organization: Organization }>
  /**
   * Returns the organization with this id in your system.
   *
   * @param externalId The organization's id in your system.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the organization, as `{ organization }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  getOrganizationByExternalId(
    externalId: string,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  getOrganizationByExternalId(
    request: NamedArguments<{ readonly externalId: string }>,
  ): Promise<{ readonly organization: Organization }>
  /**
   * Updates an organization. Absent fields are left unchanged.
   *
   * @param id Scalekit's id, `org_…`.
   * @param organization The fields to change.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the updated organization, as `{ organization }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  updateOrganization(
    id: string,
    organization: OrganizationChanges,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  updateOrganization(
    request: NamedArguments<{ readonly id: string; readonly organization: OrganizationChanges }>,
  ): Promise<{ readonly organization: Organization }>
  /**
   * Looks the organization up by its external id and updates it. These are two requests.
   *
   * @param externalId The organization's id in your system.
   * @param organization The fields to change.
   * @param options `signal` and `timeoutMs` of both requests together.
   * @returns the updated organization, as `{ organization }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
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
  /**
   * Enables and disables features. Absent features are left unchanged.
   *
   * @param id Scalekit's id, `org_…`.
   * @param settings `{ features }`: each with its `name` and whether it is `enabled`.
   * @param options `signal` and `timeoutMs` of the call.
   * @returns the updated organization, as `{ organization }`
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   * @example
   * await scalekit.organization.updateOrganizationSettings(id, {
   *   features: [{ name: 'sso', enabled: true }],
   * })
   */
  updateOrganizationSettings(
    id: string,
    settings: OrganizationSettings,
    options?: CallOptions,
  ): Promise<{ readonly organization: Organization }>
  updateOrganizationSettings(
    request: NamedArguments<{ readonly id: string; readonly settings: OrganizationSettings }>,
  ): Promise<{ readonly organization: Organization }>
  /**
   * Deletes an organization.
   *
   * @param id Scalekit's id, `org_…`.
   * @param options `signal` and `timeoutMs` of the call.
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  deleteOrganization(id: string, options?: CallOptions): Promise<void>
  deleteOrganization(request: NamedArguments<{ readonly id: string }>): Promise<void>
  /**
   * Looks the organization up by its external id and deletes it. These are two requests.
   *
   * @param externalId The organization's id in your system.
   * @param options `signal` and `timeoutMs` of both requests together.
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   */
  deleteOrganizationByExternalId(externalId: string, options?: CallOptions): Promise<void>
  deleteOrganizationByExternalId(
    request: NamedArguments<{ readonly externalId: string }>,
  ): Promise<void>
  /**
   * Creates a portal link for one visit. Do not store it, and give it only to the customer's
   * administrator.
   *
   * @param id Scalekit's id, `org_…`.
   * @param options `features` that the link opens.
   * @returns the link itself, not wrapped in an object as other results are
   * @throws {@link ApiError} as every operation; `api_not_found` if it does not exist
   * @example
   * const { location } = await scalekit.organization.generatePortalLink(id, { features: ['sso'] })
   */
  generatePortalLink(id: string, options?: NamedArguments<PortalLinkOptions>): Promise<PortalLink>
  generatePortalLink(
    request: NamedArguments<PortalLinkOptions & { readonly id: string }>,
  ): Promise<PortalLink>
}
