import type { ParseArgsConfig } from 'node:util'
import { announcement, variablesFor } from '../emulator/announcement.ts'
import { startEmulator } from '../emulator/emulator.ts'
import { retrySchedules } from '../emulator/webhooks/retry-schedule.ts'
import type { EmulatorSeed } from '../emulator/world/seed.ts'
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
  'retry-schedule': { type: 'string' },
  'rate-limit': { type: 'string' },
} satisfies ParseArgsConfig['options']

/** Plays Scalekit until the process is asked to stop, or for as long as a command runs. */
export async function emulator(args: readonly string[]): Promise<void> {
  const { own, command } = splitAtDashes(args)
  if (command?.length === 0) throw new UsageError('A command is missing behind --.')
  const seed = seedFrom(own, command ? process.env.PORT : undefined)
  const running = await startEmulator(seed)
  const variables = variablesFor(running, new URL(seed.redirectUris[0]!).origin)
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
    ...retryScheduleFrom(values['retry-schedule']),
    ...rateLimitFrom(values['rate-limit']),
  }
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

function retryScheduleFrom(text: string | undefined): Pick<EmulatorSeed, 'retrySchedule'> {
  if (text === undefined) return {}
  const name = retrySchedules.find((known) => known === text)
  if (name) return { retrySchedule: name }
  const waits = text.split(',').map((wait) => (/^\d+$/.test(wait) ? Number(wait) : Number.NaN))
  if (!waits.includes(Number.NaN)) return { retrySchedule: waits }
  throw new UsageError(
    `--retry-schedule must be ${retrySchedules.join(', ')} or waits in seconds such as 5,30,120, not ${text}.`,
  )
}

function rateLimitFrom(text: string | undefined): Pick<EmulatorSeed, 'rateLimitPerMinute'> {
  if (text === undefined) return {}
  return { rateLimitPerMinute: numberArgument('--rate-limit', text, { min: 1, max: 1_000_000 }) }
}
