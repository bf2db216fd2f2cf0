#!/usr/bin/env node
import { splitAtDashes, UsageError } from './lib/commands/arguments.ts'

const usage = `Usage: express-scalekit emulator [options] [-- <command>]
       express-scalekit trigger <event type> --to <url> [options]
       express-scalekit sign <file> [options]

emulator: starts an emulator of Scalekit on this machine, without an account and without a network.

  --port <number>             where it listens (default: 4400; 0: any free port)
  --redirect-uri <url>        where codes may be sent, to the letter; may be repeated
                              (default: http://localhost:3000/callback)
  --mode <full-stack | sso>   which product it emulates (default: full-stack)
  --hosted-login <on | off>   whether a sign-in that names no organization gets a page that asks
                              for an e-mail address (default: on in full-stack mode)
  --webhook <url>             where events are sent; may be repeated
  -- <command>                starts your application with the emulator's variables in its
                              environment, and stops when it ends

trigger: sends an event, signed, and prints what is answered; fails unless that is a 2xx.

  --to <url>                  your endpoint, e.g. http://localhost:3000/webhooks
  --secret <whsec_…>          the signing secret (default: SCALEKIT_WEBHOOK_SECRET)
  --data <file>               JSON for the event's data (default: Scalekit's example)
  --count <number>            how many to send (default: 1)

sign: prints the headers that a file has to be sent with.

  --secret <whsec_…>          the signing secret (default: SCALEKIT_WEBHOOK_SECRET)
  --curl                      prints a command that sends it
  --to <url>                  where that command sends it
                              (default: http://localhost:3000/webhooks)

  --help                      shows this text`

/** Loaded when they are asked for, so that usage needs none of it. */
const commands: ReadonlyMap<string, () => Promise<(args: readonly string[]) => Promise<void>>> =
  new Map([
    ['emulator', async () => (await import('./lib/commands/emulator.ts')).emulator],
    ['trigger', async () => (await import('./lib/commands/trigger.ts')).trigger],
    ['sign', async () => (await import('./lib/commands/sign.ts')).sign],
  ])

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsageError = error instanceof UsageError
  const message = error instanceof Error ? error.message : String(error)
  console.error(isUsageError ? `${message}\n\n${usage}` : message)
  process.exitCode = isUsageError ? 2 : 1
})

async function main(words: readonly string[]): Promise<void> {
  const { own } = splitAtDashes(words)
  if (own.some((word) => word === '--help' || word === '-h')) return console.log(usage)
  const [name, ...args] = words
  const load = commands.get(name ?? '')
  if (!load) {
    throw new UsageError(name ? `There is no command ${name}.` : 'A command is missing.')
  }
  const run = await load()
  await run(args)
}
