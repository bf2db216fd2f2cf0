import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { onStop } from './stop.ts'

/**
 * Runs a command in this terminal with these variables in its environment. SIGINT and SIGTERM are
 * forwarded to it.
 *
 * @returns its exit code, or 128 plus the number of the signal that ended it, as shells do
 * @throws if there is no such program
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const env = { ...process.env, ...variables }
  const child = spawn(program, args, { env, stdio: 'inherit' })
  onStop((signal) => child.kill(signal))
  const [code, signal] = await once(child, 'exit')
  return code ?? 128 + constants.signals[signal as NodeJS.Signals]
}
