import type { ParseArgsConfig } from 'node:util'
import { announcement } from '../emulator/announcement.ts'
import { startEmulator } from '../emulator/emulator.ts'
import {
  assertNoMore,
  numberArgument,
  parseArguments,
  UsageError,
  urlArgument,
} from './arguments.ts'

const options = {
  port: { type: 'string', default: '4400' },
  'redirect-uri': { type: 'string', multiple: true, default: ['http://localhost:3000/callback'] },
  mode: { type: 'string', default: 'full-stack' },
  'hosted-login': { type: 'string' },
  webhook: { type: 'string', multiple: true, default: [] },
} satisfies ParseArgsConfig['options']

/** Plays Scalekit until the process is asked to stop. */
export async function emulator(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  assertNoMore(positionals)
  const redirectUris = values['redirect-uri'].map((uri) => urlArgument('--redirect-uri', uri))
  const running = await startEmulator({
    port: numberArgument('--port', values.port, { min: 0, max: 65_535 }),
    redirectUris,
    mode: modeFrom(values.mode),
    ...hostedLoginFrom(values['hosted-login']),
    webhooks: values.webhook.map((url) => ({ url: urlArgument('--webhook', url) })),
  })
  console.log(announcement(running, new URL(redirectUris[0]!).origin))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.close())
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
