import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A command that goes on until it is stopped, in a terminal of its own. */
export interface Terminal {
  /** What it has printed so far. */
  readonly output: string
  /** Ends it and what it started, and resolves when it is gone. */
  stop(): Promise<void>
}

export function openTerminal(cwd: string, command: string, env: NodeJS.ProcessEnv): Terminal {
  // A group of its own, as a shell and npx start others.
  const child = spawn('sh', ['-c', command], {
    ...{ cwd, env, detached: true },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return {
    get output() {
      return output
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!)
      await exit
    },
  }
}
