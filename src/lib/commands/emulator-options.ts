import { type EmulatedInterceptor, triggerPoints } from '../emulator/interceptors/interceptor.ts'
import { retrySchedules } from '../emulator/webhooks/retry-schedule.ts'
import { redirectUriMistake } from '../emulator/world/redirect-uris.ts'
import type { EmulatorSeed } from '../emulator/world/seed.ts'
import { readSeedFile } from '../emulator/world/seed-file.ts'
import {
  assertNoMore,
  numberArgument,
  parseArguments,
  UsageError,
  urlArgument,
} from './arguments.ts'

/** The options of the emulator command. */
export interface EmulatorOptions {
  readonly seed: EmulatorSeed & { readonly redirectUris: readonly string[] }
  readonly https: boolean
  readonly open: boolean
  readonly envFile?: string
}

/** The values of the flags: a seed, and options of the command itself. */
interface Given extends EmulatorSeed, Partial<Omit<EmulatorOptions, 'seed'>> {
  readonly seedFile?: string
}

/** The syntax of a flag, and the option that it sets. */
interface Flag {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  /** One letter. */
  readonly short?: string
  readonly read: (words: readonly string[]) => Given
}

/** All flags of the command. `src/cli.ts` explains each to the user. */
const flags: Readonly<Record<string, Flag>> = {
  port: word((text) => ({ port: numberArgument('--port', text, { min: 0, max: 65_535 }) })),
  host: word((text) => ({ host: hostArgument(text) })),
  https: isSet({ https: true }),
  'redirect-uri': words((uris) => ({ redirectUris: uris.map(redirectUriArgument) })),
  'post-logout-redirect-uri': words((uris) => ({
    postLogoutRedirectUris: urls('--post-logout-redirect-uri', uris),
  })),
  product: word((text) => ({ product: choice('--product', text, ['full-stack', 'sso']) })),
  'hosted-login': word((text) => ({ hostedLogin: onOrOff('--hosted-login', text) })),
  webhook: words((uris) => ({ webhooks: urls('--webhook', uris).map((url) => ({ url })) })),
  interceptor: word((text) => ({ interceptors: interceptorsAt(text) })),
  'retry-schedule': word((text) => ({ retrySchedule: scheduleArgument(text) })),
  'rate-limit': word((text) => ({ rateLimitPerMinute: rateLimitArgument(text) })),
  'enforce-pkce': isSet({ enforcePkce: true }),
  'auth-time': isSet({ sendAuthTime: true }),
  'refresh-grace': word((text) => ({ refreshGraceSeconds: seconds('--refresh-grace', text, 0) })),
  'backdate-iat': word((text) => ({ backdateIatSeconds: seconds('--backdate-iat', text, 0) })),
  'stale-claims': word((text) => ({ staleClaimsSeconds: seconds('--stale-claims', text, 0) })),
  'session-absolute': word((text) => ({
    session: { absoluteSeconds: seconds('--session-absolute', text, 1) },
  })),
  'session-idle': word((text) => ({
    session: { idleSeconds: seconds('--session-idle', text, 1) },
  })),
  'back-channel-logout-uri': word((text) => ({
    backChannelLogoutUri: urlArgument('--back-channel-logout-uri', text),
  })),
  seed: word((seedFile) => ({ seedFile })),
  state: word((stateFile) => ({ stateFile })),
  // Node 20 reads `--env-file` itself, at any position, and fails if the file does not exist.
  'env-file': { ...word((envFile) => ({ envFile })), short: 'e' },
  open: isSet({ open: true }),
  'dangerously-allow-emulator': isSet({ dangerouslyAllowEmulator: true }),
}

/**
 * Parses the command line. Its values override those of the `--seed` file.
 *
 * @param appPort the port on which the application listens, if the inherited environment names it
 */
export async function readEmulatorOptions(
  args: readonly string[],
  appPort = '3000',
): Promise<EmulatorOptions> {
  const { positionals, values } = parseArguments(args, flags)
  assertNoMore(positionals)
  const parts = Object.entries(values).map(readFlag)
  const session = Object.assign({}, ...parts.map((part) => part.session))
  const given: Given = Object.assign({}, ...parts, { session })
  const { https = false, open = false, envFile, seedFile, ...own } = given
  const file: EmulatorSeed = seedFile === undefined ? {} : await readSeedFile(seedFile)
  const defaults = { port: 4400, redirectUris: [`http://localhost:${appPort}/callback`] }
  const seed = { ...defaults, ...file, ...own, session: { ...file.session, ...own.session } }
  return { seed, https, open, ...(envFile !== undefined && { envFile }) }
}

function readFlag([name, value]: [string, unknown]): Given {
  return flags[name]!.read([value].flat().map(String))
}

function word(read: (text: string) => Given): Flag {
  return { type: 'string', read: ([text]) => read(text!) }
}

function words(read: Flag['read']): Flag {
  return { type: 'string', multiple: true, read }
}

function isSet(given: Given): Flag {
  return { type: 'boolean', read: () => given }
}

function redirectUriArgument(uri: string): string {
  const mistake = redirectUriMistake(uri)
  if (mistake) throw new UsageError(`--redirect-uri ${uri} ${mistake}.`)
  return uri
}

function seconds(name: string, text: string, min: number): number {
  return numberArgument(name, text, { min, max: 366 * 86_400 })
}

function urls(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => urlArgument(name, text))
}

/** Configures one endpoint for all trigger points. */
function interceptorsAt(text: string): readonly EmulatedInterceptor[] {
  const url = urlArgument('--interceptor', text)
  return [...triggerPoints].map((triggerPoint) => ({ triggerPoint, url }))
}

function scheduleArgument(text: string): NonNullable<EmulatorSeed['retrySchedule']> {
  const name = retrySchedules.find((known) => known === text)
  if (name) return name
  const waits = text.split(',').map((wait) => (/^\d+$/.test(wait) ? Number(wait) : Number.NaN))
  if (!waits.includes(Number.NaN)) return waits
  throw new UsageError(
    `--retry-schedule must be ${retrySchedules.join(', ')} or waits in seconds such as 5,30,120, not ${text}.`,
  )
}

function rateLimitArgument(text: string): number {
  return numberArgument('--rate-limit', text, { min: 1, max: 1_000_000 })
}

/** A host name or an IPv4 address, without scheme and port. */
function hostArgument(host: string): string {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) return host.toLowerCase()
  throw new UsageError(
    `--host must be the name by which others reach the emulator, such as emulator, not ${host}.`,
  )
}

function choice<const Value extends string>(
  name: string,
  text: string,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === text)
  if (found !== undefined) return found
  throw new UsageError(`${name} must be ${allowed.join(' or ')}, not ${text}.`)
}

function onOrOff(name: string, text: string): boolean {
  return choice(name, text, ['on', 'off']) === 'on'
}
