import type { ParseArgsConfig } from 'node:util'
import { announcement, variablesFor } from '../emulator/announcement.ts'
import { startEmulator } from '../emulator/emulator.ts'
import type { EmulatedInterceptor } from '../emulator/interceptors/interceptor.ts'
import { triggerPoints } from '../emulator/interceptors/interceptors.ts'
import {
  assertNoMore,
  numberArgument,
  parseArguments,
  splitAtDashes,
  UsageError,
  urlArgument,
} from './arguments.ts'
import { runCommand } from './run-command.ts'

const options = {
  port: { type: 'string', default: '4400' },
  'redirect-uri': { type: 'string', multiple: true },
  mode: { type: 'string', default: 'full-stack' },
  'hosted-login': { type: 'string' },
  webhook: { type: 'string', multiple: true, default: [] },
  interceptor: { type: 'string' },
} satisfies ParseArgsConfig['options']

/** Plays Scalekit until the process is asked to stop, or for as long as a command runs. */
export async function emulator(args: readonly string[]): Promise<void> {
  const { own, command } = splitAtDashes(args)
  if (command?.length === 0) throw new UsageError('A command is missing behind --.')
  const seed = seedFrom(own, command ? process.env.PORT : undefined)
  const running = await startEmulator(seed)
  const variables = {
    ...variablesFor(running, new URL(seed.redirectUris[0]!).origin),
    // With the secret, the application serves a route that it may not want otherwise.
    ...(seed.interceptors.length > 0 && { SCALEKIT_INTERCEPTOR_SECRET: running.interceptorSecret }),
  }
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
    redirectUris: uris.map((uri) => urlArgument('--redirect-uri', uri)),
    mode: modeFrom(values.mode),
    ...hostedLoginFrom(values['hosted-login']),
    webhooks: values.webhook.map((url) => ({ url: urlArgument('--webhook', url) })),
    interceptors: interceptorsFrom(values.interceptor),
  }
}

/** One endpoint that is asked at every point. */
function interceptorsFrom(given: string | undefined): readonly EmulatedInterceptor[] {
  if (given === undefined) return []
  const url = urlArgument('--interceptor', given)
  return [...triggerPoints].map((triggerPoint) => ({ triggerPoint, url }))
}

function modeFrom(text: string): 'full-stack' | 'sso' {
  if (text === 'full-stack' || text === 'sso') return text
  throw new UsageError(`--mode must be full-stack or sso, not ${text}.`)
}

/** Left out, the mode decides. */
function hostedLoginFrom(text: string | undefined): { readonly hostedLogin?: boolean } {
  if (text === undefined) return {}
  if (text === 'on' || text === 'off') return { hostedLogin: text === 'on' }
  throw new UsageError(`--hosted-login must be on or off, not ${text}.`)
}
