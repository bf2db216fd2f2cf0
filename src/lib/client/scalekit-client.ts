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
 * A client for one Scalekit environment: sign-in helpers and the management API, under the names of
 * Scalekit's documentation. The constructor sends no request. The discovery document, the keys and
 * the access token are loaded on first use.
 *
 * @example
 * const scalekit = new ScalekitClient(environmentUrl, clientId, clientSecret)
 * const { organization } = await scalekit.organization.getOrganization(id)
 */
export class ScalekitClient extends SignInClient {
  /** Manages your customers and creates links to their admin portal. */
  readonly organization: OrganizationApi
  /** Manages the connections through which their users sign in. */
  readonly connection: ConnectionApi
  /** Reads, enables and disables the directories that their users and groups come from. */
  readonly directory: DirectoryApi

  /**
   * @param environmentUrl e.g. `https://acme.scalekit.com`
   * @param clientId The client id of the application, e.g. `skc_…`.
   * @param clientSecret The client secret of the application.
   * @param options Timeouts, limits, `fetch`, `logger` and `clock`.
   * @throws {@link ConfigError} `config_invalid`, which lists every missing or wrong value
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

/** An alias of {@link ScalekitClient}: the name in Scalekit's reference. */
export { ScalekitClient as Scalekit }

/** Whether the kit passes its own parts, so that its client shares the kit's sockets. */
function isParts(first: string | URL | ClientParts | null | undefined): first is ClientParts {
  return typeof first === 'object' && first !== null && 'send' in first
}
