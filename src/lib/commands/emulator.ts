import { announcement, variablesFor } from '../emulator/announcement.ts'
import { type Emulator, startEmulator } from '../emulator/emulator.ts'
import { isPlain } from '../emulator/world/redirect-uris.ts'
import { splitAtDashes, UsageError } from './arguments.ts'
import { type Certificate, certificateFor } from './certificate.ts'
import { type EmulatorOptions, readEmulatorOptions } from './emulator-options.ts'
import { addToEnvFile } from './env-file.ts'
import { openBrowser } from './open-browser.ts'
import { runCommand } from './run-command.ts'
import { onStop } from './stop.ts'

/** Runs the emulator until the process is asked to stop, or while a command runs. */
export async function emulator(args: readonly string[]): Promise<void> {
  const { own, command } = splitAtDashes(args)
  if (command?.length === 0) throw new UsageError('A command is missing behind --.')
  const options = await readEmulatorOptions(own, command ? process.env.PORT : undefined)
  const { seed, https, open } = options
  const certificate = https ? await certificateFor(seed.host ?? 'localhost') : undefined
  const running = await startEmulator({
    ...seed,
    ...(certificate && { tls: certificate }),
    log: console.log,
    onWarning: ({ message }) => console.error(`Warning: ${message}`),
  })
  try {
    const variables = await announce(running, options, certificate)
    if (open) await openBrowser(running.url)
    if (command) process.exitCode = await runCommand(command, variables).finally(running.close)
    else onStop(() => void closeAndReport(running))
  } catch (error) {
    await running.close()
    throw error
  }
}

/** Prints the addresses that a developer needs, and the variables that the application needs. */
async function announce(
  running: Emulator,
  { seed, envFile }: EmulatorOptions,
  certificate: Certificate | undefined,
): Promise<Readonly<Record<string, string>>> {
  const own = {
    ...variablesFor(running, baseUrlIn(seed.redirectUris)),
    // Only with interceptors: with this secret, the application serves a route that it may not want
    // otherwise.
    ...(seed.interceptors && { SCALEKIT_INTERCEPTOR_SECRET: running.interceptorSecret }),
  }
  const notes = [
    ...hostNotes(running.url, seed.host),
    ...(certificate ? [certificateNote(certificate)] : []),
    ...(envFile === undefined ? [] : await addToEnvFile(envFile, own)),
  ]
  const variables = { ...own, ...trustIn(certificate) }
  console.log(announcement(running, variables, notes))
  return variables
}

/** Derives the application's base URL from the first redirect URI without wildcards. */
function baseUrlIn(redirectUris: readonly string[]): string {
  const address = redirectUris.find((uri) => isPlain(uri) && /^https?:/i.test(uri))
  return new URL(address ?? 'http://localhost:3000').origin
}

/**
 * Returns nothing if the application already trusts other certificates: Node accepts only one file.
 */
function trustIn(certificate: Certificate | undefined): Readonly<Record<string, string>> {
  if (!certificate || process.env.NODE_EXTRA_CA_CERTS) return {}
  return { NODE_EXTRA_CA_CERTS: certificate.file }
}

function hostNotes(url: string, host: string | undefined): readonly string[] {
  if (host === undefined) return []
  return [
    `It listens on every interface (0.0.0.0): every machine that reaches port ${new URL(url).port} can sign in as every person, and change everything. Browsers have to reach it as ${host}, too.`,
  ]
}

function certificateNote({ file }: Certificate): string {
  return `Its certificate is signed by itself. Start your application with NODE_EXTRA_CA_CERTS=${file} (a .env file is read too late for it), and accept the warning of the browser once.`
}

async function closeAndReport(running: Emulator): Promise<void> {
  try {
    await running.close()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
