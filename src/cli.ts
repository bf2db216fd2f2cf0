#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { splitAtDashes, UsageError } from './lib/commands/arguments.ts'

const usage = `Usage: express-scalekit emulator [options] [-- <command>]
       express-scalekit trigger <event type> --to <url> [options]
       express-scalekit sign <file> [options]
       express-scalekit revoke --all | <target> [options]
       express-scalekit dead-letters [<id>] [options]
       express-scalekit replay <id> --to <url> [options]

emulator: starts an emulator of Scalekit on this machine. It needs no account and no network.

  --port <number>             the port to listen on (default: 4400; 0: any free port)
  --host <name>               the name by which other machines or containers reach it; it then
                              listens on every interface (default: localhost, this machine only)
  --https                     speaks https, with a certificate that openssl makes
  --redirect-uri <url>        a redirect URI, compared exactly, except for a wildcard
                              (https://*.app.example/cb) or {{org_slug}}; may be repeated
                              (default: http://localhost:3000/callback)
  --post-logout-redirect-uri <url>
                              where a browser may be sent after a sign-out; may be repeated
                              (default: logout beside each redirect URI)
  --product <full-stack | sso>
                              the product to emulate (default: full-stack)
  --hosted-login <on | off>   whether a sign-in that names no organization gets a page that asks
                              for an email address (default: on for full-stack)
  --webhook <url>             an endpoint that gets the events; may be repeated
  --interceptor <url>         an endpoint that is asked before sign-ups, sessions, invitations and
                              machines' tokens; without its decision, they are denied
  --enforce-pkce              refuses authorization requests without PKCE
  --refresh-grace <seconds>   how long a used refresh token gets the same answer (default: 30)
  --session-idle <seconds>    when a session ends without use (default: 604800)
  --session-absolute <seconds>
                              when a session ends in any case (default: 2592000)
  --auth-time                 ID tokens say when the user signed in (auth_time)
  --backdate-iat <seconds>    how far iat of tokens lies in the past (default: 0)
  --stale-claims <seconds>    how long access tokens have the roles of before a change (default: 0)
  --back-channel-logout-uri <url>
                              an endpoint that gets a logout token when a session ends
  --retry-schedule <schedule> 3-attempts, 4-attempts, 6-attempts (default), 8-attempts, or the
                              waits between attempts in seconds: 5,30,120
  --rate-limit <number>       how many calls of the management API are answered in a minute
                              (default: all)
  --seed <file>               JSON with organizations, people and settings
  --state <file>              keeps changes in this file between runs
  --env-file, -e <file>       adds the variables that the application needs to a file such as .env,
                              and never overwrites one; with Node 20, use -e for a new file
  --open                      opens the emulator's home page in the browser
  --dangerously-allow-emulator
                              starts although NODE_ENV is production, for end-to-end tests
  -- <command>                starts your application with the emulator's variables in its
                              environment, and stops when it ends

trigger: sends a signed event and prints the response; fails unless the status is 2xx.

  --to <url>                  your endpoint, e.g. http://localhost:3000/webhooks
  --data <file>               JSON for the event's data (default: Scalekit's example)
  --count <number>            how many events to send (default: 1)

sign: prints the headers to send with a file.

  --curl                      prints a curl command that sends the file
  --to <url>                  the URL in that command
                              (default: http://localhost:3000/webhooks)

revoke: ends every session of a store, e.g. after it was restored from a backup, or the sessions of
a target. A target needs the variable SCALEKIT_ENVIRONMENT_URL of the application.

  --all                       every session
  --user <id>                 a user's, in every organization; with --organization, in that one
  --sid <ses_…>               those that began with one session at Scalekit
  --session <id>              one session of the application
  --email <address>           who signed in with this address; needs --organization
  --organization <org_…>      all users of an organization
  --at-scalekit               also ends the sessions at Scalekit, so that the next sign-in asks who
                              the user is; for --user usr_… and --sid ses_…, with the variables
                              SCALEKIT_CLIENT_ID and SCALEKIT_CLIENT_SECRET
  --issuer <url>              the option issuer of the application, if it has one

dead-letters: lists the webhooks that failed for good, or prints one whole.

replay: sends one or more of them to your application once more. One that is handled is a dead
letter no more; fails unless all of them are.

  --to <url>                  your endpoint, e.g. http://localhost:3000/webhooks

revoke, dead-letters and replay use the store of an application. The variable REDIS_URL or
DATABASE_URL has its address.

  --redis <url>               the address of a Redis without a password
  --postgres <url>            the address of a PostgreSQL without a password
  --prefix <text>             the prefix that redisStore was given (default: scalekit:)
  --schema <name>             the schema that postgresStore was given (default: scalekit)

trigger, sign and replay read the signing secret from the variable SCALEKIT_WEBHOOK_SECRET.

  --help                      prints this text
  --version                   prints the version`

/** Commands are loaded on use, so that usage needs none of them. */
const commands: ReadonlyMap<string, () => Promise<(args: readonly string[]) => Promise<void>>> =
  new Map([
    ['emulator', async () => (await import('./lib/commands/emulator.ts')).emulator],
    ['trigger', async () => (await import('./lib/commands/trigger.ts')).trigger],
    ['sign', async () => (await import('./lib/commands/sign.ts')).sign],
    ['dead-letters', async () => (await import('./lib/commands/dead-letters.ts')).deadLetters],
    ['replay', async () => (await import('./lib/commands/replay.ts')).replay],
    ['revoke', async () => (await import('./lib/commands/revoke.ts')).revoke],
  ])

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsageError = error instanceof UsageError
  const message = error instanceof Error ? error.message : String(error)
  // Printed last, where the reader of a terminal looks first.
  console.error(isUsageError ? `${usage}\n\n${message}` : message)
  process.exitCode = isUsageError ? 2 : 1
})

async function main(words: readonly string[]): Promise<void> {
  const { own } = splitAtDashes(words)
  if (own.some((word) => word === '--help' || word === '-h')) return console.log(usage)
  const [name, ...args] = words
  if (name === '--version' || name === '-v') return console.log(await version())
  const load = commands.get(name ?? '')
  const names = 'emulator, trigger, sign, revoke, dead-letters or replay'
  if (!load) {
    throw new UsageError(
      name ? `There is no command ${name}. Use ${names}.` : `The command is missing. Use ${names}.`,
    )
  }
  const run = await load()
  await run(args)
}

async function version(): Promise<string> {
  const manifest = await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return JSON.parse(manifest).version
}
