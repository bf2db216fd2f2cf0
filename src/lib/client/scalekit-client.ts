import { apiCalls } from '../management/call.ts'
import { connectionApi } from '../management/connection.ts'
import type { ConnectionApi } from '../management/connection-types.ts'
import { directoryApi } from '../management/directory.ts'
import type { DirectoryApi } from '../management/directory-types.ts'
import { organizationApi } from '../management/organization.ts'
import type { OrganizationApi } from '../management/organization-types.ts'
import { type ClientParts, clientParts, type ScalekitClientOptions } from './client-parts.ts'
import { SignInClient } from './sign-in-client.ts'

/**
 * Scalekit for one environment, by the names of its documentation: sign-in, and the management API.
 * Making one asks nobody: what is needed is fetched with the first call.
 *
 * @example
 * const scalekit = new ScalekitClient(environmentUrl, clientId, clientSecret)
 * const { organization } = await scalekit.organization.getOrganization(id)
 */
export class ScalekitClient extends SignInClient {
  /** Your customers, and links to their admin portal. */
  readonly organization: OrganizationApi
  /** How their people sign in. */
  readonly connection: ConnectionApi
  /** Where their people and groups come from. */
  readonly directory: DirectoryApi

  /**
   * @param environmentUrl e.g. `https://acme.scalekit.com`
   * @throws {@link ConfigError} listing everything that is missing or wrong
   */
  constructor(
    environmentUrl: string | URL,
    clientId: string,
    clientSecret: string,
    options?: ScalekitClientOptions,
  )
  /** @internal */
  constructor(parts: ClientParts)
  constructor(first: string | URL | ClientParts, ...rest: readonly unknown[]) {
    const parts = isParts(first) ? first : clientParts([first, ...rest])
    super(parts)
    const { call = apiCalls(parts) } = parts
    this.organization = organizationApi(call, parts.maxPageSize)
    this.connection = connectionApi(call)
    this.directory = directoryApi(call, parts.maxPageSize)
  }
}

/** The same by its name in Scalekit's reference. */
export { ScalekitClient as Scalekit }

/** The kit has these already, and one set of sockets is enough. */
function isParts(first: string | URL | ClientParts | null | undefined): first is ClientParts {
  return typeof first === 'object' && first !== null && 'send' in first
}
