import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

describe('express-scalekit emulator', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('runs until %s', async (signal) => {
    const { child, output } = run(['emulator', '--port', '0'])
    const url = await urlIn(child, output)
    expect((await fetch(`${url}/keys`)).status).toBe(200)
    child.kill(signal)
    expect(await exitOf(child)).toBe(0)
  })

  it('prints variables that an application can use and who can sign in', async () => {
    const { child, output } = run([
      'emulator',
      ...['--port', '0', '--redirect-uri', 'http://localhost:8080/cb'],
    ])
    const url = await urlIn(child, output)
    child.kill()
    await exitOf(child)
    const lines = output.text.split('\n')
    expect(lines).toContain(`SCALEKIT_ENVIRONMENT_URL=${url}`)
    expect(lines).toContain('APP_BASE_URL=http://localhost:8080')
    for (const name of ['SCALEKIT_CLIENT_ID', 'SCALEKIT_CLIENT_SECRET']) {
      expect(output.text).toMatch(new RegExp(`^${name}=\\S+$`, 'm'))
    }
    expect(output.text).toContain('ada@acme.example')
    expect(output.text).toContain('katherine@globex.example')
  })

  it('emulates the product it is told to', async () => {
    const { child, output } = run(['emulator', '--port', '0', '--mode', 'sso'])
    const page = await (await fetch(await urlIn(child, output))).text()
    expect(page).toContain('sso mode')
  })

  it('refuses to run in production', async () => {
    const { child, output } = run(['emulator', '--port', '0'], { NODE_ENV: 'production' })
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain('does not start while NODE_ENV is production')
  })
})

describe('express-scalekit', () => {
  it('explains itself when asked', async () => {
    const { child, output } = run(['--help'])
    expect(await exitOf(child)).toBe(0)
    expect(output.text).toMatch(/^Usage: express-scalekit emulator/)
  })

  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['emulate']],
    ['a word too many', ['emulator', 'now']],
    ['an unknown option', ['emulator', '--colour']],
    ['a port that is no number', ['emulator', '--port', 'http']],
    ['a port out of range', ['emulator', '--port', '65536']],
    ['a relative redirect URI', ['emulator', '--redirect-uri', '/callback']],
    ['an unknown mode', ['emulator', '--mode', 'modular']],
  ])('shows its usage and exits with 2: %s', async (_case, args) => {
    const { child, output } = run(args)
    expect(await exitOf(child)).toBe(2)
    expect(output.errors).toContain('Usage: express-scalekit emulator')
  })
})

interface Output {
  text: string
  errors: string
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    env: { ...process.env, NODE_ENV: 'test', ...env },
  })
  running.push(child)
  const output: Output = { text: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.text += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.errors += text
  })
  return { child, output }
}

async function urlIn(child: ChildProcess, output: Output): Promise<string> {
  while (!output.text.includes('Ctrl+C')) await once(child.stdout!, 'data')
  return /^Scalekit emulator: (\S+)$/m.exec(output.text)![1]!
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close')
  return code as number | null
}
