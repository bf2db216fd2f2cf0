import { connectionLookup, type FindConnections } from '../../auth/connection-lookup.ts'
import { organizationNames } from '../../auth/organization-names.ts'
import type { ScalekitClient } from '../../client/scalekit-client.ts'
import type { Config } from '../../config/config.ts'
import type { Provider } from '../../oidc/discovery.ts'
import { type KeySet, keySets } from '../../oidc/key-sets.ts'
import type { OrganizationsParts } from '../organizations.ts'
import type { MintPortalLink } from '../portal.ts'
import { askForEmail } from '../sign-in/ask-for-email.ts'
import { findDestination } from '../sign-in/destination.ts'
import { type LoginParts, type StartLogin, startLogin } from '../sign-in/login.ts'
import { type EndLogin, endLogin, type LogoutParts } from '../sign-in/logout.ts'
import { type SwitchOrganization, switchOrganization } from '../sign-in/switch-organization.ts'
import type { Instance } from './context.ts'
import type { Ground } from './instance.ts'
import { cookieTransactions, type Transactions } from './transactions.ts'

/** What people come in and go out by. */
export interface Doors {
  readonly keysOf: (provider: Provider) => KeySet
  readonly transactions: Transactions
  readonly login: StartLogin
  readonly loginParts: LoginParts
  readonly switchOrganization: SwitchOrganization
  readonly logout: EndLogin
  readonly logoutParts: LogoutParts
  readonly instance: Instance
  readonly organizations: OrganizationsParts
  readonly mintPortalLink: MintPortalLink
}

export function doorsOf(config: Config, ground: Ground): Doors {
  const { at, sessions, scalekit, send, theme } = ground
  const transactions = transactionsFor(config, ground)
  const loginParts = loginPartsOf(config, ground, transactions)
  const login = startLogin(loginParts)
  const logoutParts = logoutPartsOf(config, ground)
  const instance: Instance = {
    clock: config.clock,
    theme,
    sessions,
    loginUrl: at.loginUrl,
    returnToOf: at.returnToOf,
  }
  return {
    keysOf: keySets(send),
    transactions,
    login,
    loginParts,
    switchOrganization: switchOrganization({ sessions, start: login, origin: at.origin }),
    logout: endLogin(logoutParts),
    logoutParts,
    instance,
    organizations: { instance, ...offerOf(config, ground) },
    mintPortalLink: async (organizationId, features) =>
      (await scalekit.organization.generatePortalLink(organizationId, { features })).location,
  }
}

function transactionsFor({ name, isSecure, clock }: Config, { seal, store }: Ground): Transactions {
  const { singleUse } = store
  return cookieTransactions({
    name,
    style: { isSecure },
    seal: seal('transaction'),
    singleUse,
    clock,
  })
}

function loginPartsOf(
  config: Config,
  { at, discover, sessions, scalekit, theme, logger }: Ground,
  transactions: Transactions,
): LoginParts {
  const { client, scope, clock } = config
  const lookUp = connectionLookup({ findConnections: findConnections(scalekit), clock, logger })
  return {
    ...at,
    issuer: client.issuer,
    discover,
    transactions,
    sessions,
    scope,
    clock,
    findDestination: findDestination({ ...config, lookUp }),
    askForEmail: askForEmail({ ...config, theme, loginUrl: at.loginUrl }),
  }
}

function logoutPartsOf(
  { client }: Config,
  { at, discover, sessions, seal, csrf, logger, theme }: Ground,
): LogoutParts {
  return { ...at, client, discover, sessions, seal: seal('logout'), csrf, logger, theme }
}

function offerOf(
  { offerOrganizations: offer, clock }: Config,
  { scalekit, logger }: Ground,
): Pick<OrganizationsParts, 'offer' | 'nameOf'> {
  const findOrganization = async (id: string) =>
    (await scalekit.organization.getOrganization(id)).organization
  return { offer, nameOf: organizationNames({ findOrganization, clock, logger }) }
}

/** How long a sign-in waits for a look-up, in milliseconds; then it goes on without. */
const lookUpTimeoutMs = 3000

function findConnections({ connection }: ScalekitClient): FindConnections {
  return async function find(domain) {
    const options = { domain, timeoutMs: lookUpTimeoutMs }
    const { connections } = await connection.listConnections(options)
    return connections
  }
}
