import type { Config } from './config.ts'
import { type Env, isProduction } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** Returns warnings about options that work and have consequences. */
export function warnings(options: ScalekitAuthOptions, config: Config, env: Env): string[] {
  return [
    ...environmentWarnings(options, env),
    ...bearerWarnings(config),
    ...textWarnings(config),
    ...(isProduction(env) ? productionWarnings(config) : developmentWarnings(env)),
  ]
}

function environmentWarnings({ environmentUrl }: ScalekitAuthOptions, env: Env): string[] {
  const [url, alias] = [env.SCALEKIT_ENVIRONMENT_URL, env.SCALEKIT_ENV_URL]
  if (environmentUrl !== undefined || !url || !alias || url === alias) return []
  return [
    'SCALEKIT_ENVIRONMENT_URL and SCALEKIT_ENV_URL differ: the kit uses the first, so remove SCALEKIT_ENV_URL',
  ]
}

function bearerWarnings({ bearer, authorization, login }: Config): string[] {
  if (!bearer) return []
  const isAnyClient = bearer.accepts.includes('organization-client') && !bearer.audience
  const ofSessions = [
    ...(authorization.resolve ? ['`authorization.resolve`'] : []),
    ...(login.onLogin ? ['`login.onLogin`'] : []),
  ]
  return [
    ...(isAnyClient ? [organizationClients] : []),
    ...(ofSessions.length > 0 ? [rolesOfTokens(ofSessions.join(' and '))] : []),
  ]
}

function rolesOfTokens(names: string): string {
  return `bearer_roles_of_tokens: access tokens are not passed to ${names}. A request with a token has the roles, permissions and scopes of the token, and \`deny\` does not refuse it. Decide about such requests with \`requireThat\`, or in the handler by \`req.scalekit.via\`.`
}

const organizationClients =
  'bearer_any_organization_client: `bearer.accepts` includes "organization-client" and `bearer.audience` is not set. Every client that any organization of this environment has at Scalekit is let in where a guard accepts this kind, whichever API its token is for. To narrow it, give the clients an audience at Scalekit and set `bearer.audience` to it.'

/** The largest number of missing strings that one line names. */
const maxNamed = 5

/** A new version of the kit may show a string that a translation lacks. */
function textWarnings({ pages }: Config): string[] {
  const { missing } = pages.texts
  if (missing.length === 0) return []
  const more = missing.length > maxNamed ? ` and ${missing.length - maxNamed} more` : ''
  return [
    `Some texts of the kit’s pages are English, because they have no translation: ${missing.slice(0, maxNamed).join(', ')}${more}`,
  ]
}

function productionWarnings({ store, session, scopes }: Config): string[] {
  // A store in this process, whose memory is empty at the start.
  const isInMemory = !store || store.revocations.local?.beganAt !== undefined
  // Also with a file, which does not contain the tokens.
  const isOwn = !store || store.revocations.local !== undefined
  return [
    ...(isInMemory ? [`store_in_memory: ${inOneProcess} ${atRestart[session.afterRestart]}`] : []),
    ...(isOwn && scopes.includes('offline_access') ? [tokensInMemory] : []),
  ]
}

const tokensInMemory =
  'tokens_in_memory: `scopes` includes "offline_access", and the refresh tokens are in the memory of the process that handled the sign-in. Other processes, and this one after a restart, cannot renew what a user may do. Pass a shared `store`.'

const inOneProcess =
  'a sign-out only takes effect in the process that handled it. With more than one process, pass a shared `store`.'
const atRestart = {
  end: 'A restart signs every user out, because it forgets which sessions were ended (`session.afterRestart` is "end"). With one process, memoryStore({ file }) remembers them.',
  keep: 'After a restart, a copy of the cookie of a session that was ended works again (`session.afterRestart` is "keep"). With one process, memoryStore({ file }) prevents that.',
}

function developmentWarnings({ NODE_ENV: mode = 'development' }: Env): string[] {
  if (['development', 'test'].includes(mode)) return []
  return [
    `NODE_ENV is ${JSON.stringify(mode)}, which counts as development: set it to "production" where users sign in`,
  ]
}

/** Returns errors about options that let every visitor in. */
export function alarms({ dangerouslyAllowEmulator }: ScalekitAuthOptions, env: Env): string[] {
  if (!isProduction(env) || !dangerouslyAllowEmulator) return []
  return [
    'emulator_allowed: `dangerouslyAllowEmulator` is set in production. With an emulator, every visitor can sign in as every user. Use it for end-to-end tests only.',
  ]
}

/** Returns debug lines about defaults that are normal in development. */
export function notes({ secret }: ScalekitAuthOptions, env: Env): string[] {
  if (isProduction(env) || (secret ?? env.SCALEKIT_COOKIE_SECRET)) return []
  return [
    'Development: deriving the cookie secret from the client secret. Set SCALEKIT_COOKIE_SECRET in production.',
  ]
}
