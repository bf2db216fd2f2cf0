import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { eventually } from '../../support/eventually.ts'

/** A command of the package that runs until the test ends, at the latest. */
export interface Command {
  readonly child: ChildProcess
  /** What it printed so far. */
  readonly text: () => string
  readonly errors: () => string
  /** Resolves with its exit code. */
  readonly exit: Promise<number | null>
  /** The address of the emulator, once it is announced. */
  url(): Promise<string>
}

const cli = ['--import', 'tsx', 'src/cli.ts']

export function run(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  return started([process.execPath, ...cli, ...args], env)
}

/** The same through a shell that goes on when it is done, as npm starts commands. */
export function runInShell(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Command {
  const words = [process.execPath, ...cli, ...args].map((word) => `'${word}'`).join(' ')
  return started(['sh', '-c', `${words}; echo ended`], env)
}

function started(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Command {
  const child = spawn(program, args, {
    env: { ...process.env, NODE_ENV: 'test', npm_command: undefined, ...env },
    // A group of its own, so that what a shell left behind ends with the test.
    detached: true,
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(() => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })
  const printed = { text: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.text += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.errors += text
  })
  return {
    child,
    exit,
    text: () => printed.text,
    errors: () => printed.errors,
    async url() {
      await eventually(() => {
        if (!printed.text.includes('Ctrl+C')) throw new Error(`not announced: ${printed.errors}`)
      })
      return /^Scalekit emulator: (\S+)$/m.exec(printed.text)![1]!
    },
  }
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}
