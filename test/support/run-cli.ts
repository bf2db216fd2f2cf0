import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs the command of the package, with no store in its environment unless `env` has one. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    env: { ...process.env, REDIS_URL: '', DATABASE_URL: '', ...env },
  })
  const output = { text: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.text += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.errors += text
  })
  const [code] = await once(child, 'close')
  return { code: code as number | null, ...output }
}
