import { nearestName } from '../ground/nearest-name.ts'
import { handlerNames } from '../webhooks/handler-names.ts'
import { interceptorHandlerNames } from '../webhooks/interceptor-handlers.ts'
import { prefixOf, type UnknownName } from './group.ts'

/** The names of options by group. `''` is the top level. */
type OptionNames = Readonly<Record<string, readonly string[]>>

const handlerNamesOf: OptionNames = {
  webhooks: handlerNames,
  interceptors: interceptorHandlerNames,
}

/** The names that other packages and Scalekit's documentation use, with the advice for each. */
const adviceByName: Readonly<Record<string, string>> = {
  redirecturi: 'the redirect URI is `baseUrl` + `basePath` + `paths.callback`: set these',
  redirecturl: 'the redirect URI is `baseUrl` + `basePath` + `paths.callback`: set these',
  callbackurl: 'the redirect URI is `baseUrl` + `basePath` + `paths.callback`: set these',
  postlogoutredirecturi:
    'after a sign-out, Scalekit redirects to `baseUrl` + `basePath` + `paths.logout`',
  issuerbaseurl: 'write `environmentUrl`',
  envurl: 'write `environmentUrl`',
  environment: 'write `environmentUrl`',
  domain:
    'write `environmentUrl` for Scalekit, or `login.resolve` to choose the target of a sign-in',
  secrets: 'write `secret`, which may be an array',
  cookiesecret: 'write `secret`',
  sessionsecret: 'write `secret`, or `session.secret` together with `session.store`',
  webhooksecret: 'write `webhooks.secret`',
  interceptorsecret: 'write `interceptors.secret`',
  routes: 'write `paths`',
  authrequired: 'put requireAuth() before the routes that need it',
  aftercallback: 'write `login.onLogin`',
  afterlogin: 'write `login.onLogin`',
  authorizationparams: 'write `scopes`, or `login` for the target of a sign-in',
  organizationid: 'return { organizationId } from `login.resolve`',
  connectionid: 'return { connectionId } from `login.resolve`',
  'session.maxage': 'write `session.absoluteSeconds` or `session.idleSeconds`',
  'session.ttl': 'write `session.absoluteSeconds` or `session.idleSeconds`',
  'session.expires': 'write `session.absoluteSeconds`',
  'session.rollingduration': 'write `session.idleSeconds`',
  'session.absoluteduration': 'write `session.absoluteSeconds`',
  'session.rolling': 'requests always extend a session: write `session.idleSeconds`',
  'session.cookie': 'the kit derives the attributes of its cookie from `baseUrl`',
  'session.type': 'write `session.kind`',
}

/** Returns the message for an unknown option, with the option that was probably intended. */
export function unknownOption({ group, name }: UnknownName, names: OptionNames): string {
  const given = prefixOf(group) + name
  const advice = adviceByName[plain(given)] ?? suggestion({ group, name }, names)
  return `\`${given}\` is not an option${advice === undefined ? '' : `; ${advice}`}`
}

function suggestion({ group, name }: UnknownName, names: OptionNames): string | undefined {
  const own = knownIn(group, names)
  const nearest = elsewhere({ group, name }, names) ?? inGroup(group, nearestName(name, own))
  return nearest === undefined ? undefined : `did you mean \`${nearest}\`?`
}

/** Finds the name in another spelling or in another group, e.g. one level too high or too low. */
function elsewhere({ group, name }: UnknownName, names: OptionNames): string | undefined {
  const groups = [group, ...Object.keys(names)]
  return groups
    .map((each) =>
      inGroup(
        each,
        knownIn(each, names).find((known) => plain(known) === plain(name)),
      ),
    )
    .find((found) => found !== undefined)
}

function knownIn(group: string, names: OptionNames): readonly string[] {
  return [...(names[group] ?? []), ...(handlerNamesOf[group] ?? [])]
}

function inGroup(group: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : prefixOf(group) + name
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z.]/g, '')
}
