import type { ParseArgsConfig } from 'node:util'
import { announcement, variablesFor } from '../emulator/announcement.ts'
import { startEmulator } from '../emulator/emulator.ts'
import { isPlain, redirectUriMistake } from '../emulator/world/redirect-uris.ts'
import type { EmulatorWarning } from '../emulator/world/warnings.ts'
import {
  assertNoMore,
  numberArgument,
  parseArguments,
  splitAtDashes,
  UsageError,
  urlArgument,
} from './arguments.ts'
import { runCommand } from './run-command.ts'
import { signInFlags, signInSeed } from './sign-in-flags.ts'

const options = {
  port: { type: 'string', default: '4400' },
  'redirect-uri': { type: 'string', multiple: true },
  product: { type: 'string', default: 'full-stack' },
  'hosted-login': { type: 'string' },
  webhook: { type: 'string', multiple: true, default: [] },
  ...signInFlags,
} satisfies ParseArgsConfig['options']

/** Plays Scalekit until the process is asked to stop, or for as long as a command runs. */
export async function emulator(args: readonly string[]): Promise<void> {
  const { own, command } = splitAtDashes(args)
  if (command?.length === 0) throw new UsageError('A command is missing behind --.')
  const seed = seedFrom(own, command ? process.env.PORT : undefined)
  const running = await startEmulator(seed)
  const variables = variablesFor(running, baseUrlIn(seed.redirectUris))
  console.log(announcement(running, variables))
  if (command) {
    process.exitCode = await runCommand(command, variables).finally(running.close)
    return
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.close())
  }
}

/** @param appPort where the application listens, if the environment that it inherits says so */
function seedFrom(args: readonly string[], appPort = '3000') {
  const { positionals, values } = parseArguments(args, options)
  assertNoMore(positionals)
  const uris = values['redirect-uri'] ?? [`http://localhost:${appPort}/callback`]
  return {
    port: numberArgument('--port', values.port, { min: 0, max: 65_535 }),
    redirectUris: uris.map(redirectUriArgument),
    onWarning: ({ message }: EmulatorWarning) => console.error(`Warning: ${message}`),
    ...signInSeed(values),
    product: productFrom(values.product),
    ...hostedLoginFrom(values['hosted-login']),
    webhooks: values.webhook.map((url) => ({ url: urlArgument('--webhook', url) })),
  }
}

function redirectUriArgument(uri: string): string {
  const mistake = redirectUriMistake(uri)
  if (mistake) throw new UsageError(`--redirect-uri ${uri} ${mistake}.`)
  return uri
}

/** The first redirect URI that is an address as it stands says where the application is. */
function baseUrlIn(redirectUris: readonly string[]): string {
  const address = redirectUris.find((uri) => isPlain(uri) && /^https?:/i.test(uri))
  return new URL(address ?? 'http://localhost:3000').origin
}

function productFrom(text: string): 'full-stack' | 'sso' {
  if (text === 'full-stack' || text === 'sso') return text
  throw new UsageError(`--product must be full-stack or sso, not ${text}.`)
}

/** Left out, the product decides. */
function hostedLoginFrom(text: string | undefined): { readonly hostedLogin?: boolean } {
  if (text === undefined) return {}
  if (text === 'on' || text === 'off') return { hostedLogin: text === 'on' }
  throw new UsageError(`--hosted-login must be on or off, not ${text}.`)
}
