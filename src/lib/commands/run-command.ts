import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'

/**
 * Runs a command in this terminal, with these variables in its environment. SIGINT and SIGTERM are
 * passed on to it.
 *
 * @returns its exit code, or 128 and the number of the signal that ended it, as a shell has it
 * @throws if there is no such program
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const env = { ...process.env, ...variables }
  const child = spawn(program, args, { env, stdio: 'inherit' })
  const stopPassing = passSignalsTo(child)
  try {
    const [code, signal] = await once(child, 'exit')
    return code ?? 128 + constants.signals[signal as NodeJS.Signals]
  } finally {
    stopPassing()
  }
}

function passSignalsTo(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, pass)
  return () => {
    for (const signal of signals) process.off(signal, pass)
  }
}
