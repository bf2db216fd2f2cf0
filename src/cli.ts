#!/usr/bin/env node
import { type ParseArgsConfig, parseArgs } from 'node:util'

const usage = `Usage: express-scalekit emulator [options]

Starts an emulator of Scalekit on this machine, without an account and without a network.

  --port <number>             where it listens (default: 4400; 0: any free port)
  --redirect-uri <url>        where codes may be sent, to the letter; may be repeated
                              (default: http://localhost:3000/callback)
  --mode <full-stack | sso>   which product it emulates (default: full-stack)
  --help                      shows this text`

const options = {
  port: { type: 'string', default: '4400' },
  'redirect-uri': { type: 'string', multiple: true, default: ['http://localhost:3000/callback'] },
  mode: { type: 'string', default: 'full-stack' },
  help: { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options']

interface EmulatorArguments {
  readonly port: number
  readonly redirectUris: readonly string[]
  readonly mode: 'full-stack' | 'sso'
}

/** A mistake on the command line; the answer is the usage. */
class UsageError extends Error {}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsageError = error instanceof UsageError
  const message = error instanceof Error ? error.message : String(error)
  console.error(isUsageError ? `${message}\n\n${usage}` : message)
  process.exitCode = isUsageError ? 2 : 1
})

async function main(args: string[]): Promise<void> {
  const { positionals, values } = parse(args)
  if (values.help) return console.log(usage)
  const [command, ...rest] = positionals
  if (command !== 'emulator') {
    throw new UsageError(command ? `There is no command ${command}.` : 'A command is missing.')
  }
  if (rest.length > 0) throw new UsageError(`What is ${rest.join(' ')}?`)
  await runEmulator({
    port: portFrom(values.port),
    redirectUris: values['redirect-uri'].map(urlFrom),
    mode: modeFrom(values.mode),
  })
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function portFrom(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new UsageError(`--port must be a number up to 65535, not ${text}.`)
}

function urlFrom(text: string): string {
  if (URL.canParse(text)) return text
  throw new UsageError(`--redirect-uri must be an absolute URL, not ${text}.`)
}

function modeFrom(text: string): EmulatorArguments['mode'] {
  if (text === 'full-stack' || text === 'sso') return text
  throw new UsageError(`--mode must be full-stack or sso, not ${text}.`)
}

/** Runs until the process is asked to stop. Loaded here, so that usage needs none of it. */
async function runEmulator(seed: EmulatorArguments): Promise<void> {
  const { startEmulator } = await import('./lib/emulator/emulator.ts')
  const { announcement } = await import('./lib/emulator/announcement.ts')
  const emulator = await startEmulator(seed)
  console.log(announcement(emulator, new URL(seed.redirectUris[0]!).origin))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close())
  }
}
