import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  emulatorInterceptorSecret,
  emulatorWebhookSecret,
} from '../src/lib/ground/sample-secrets.ts'
import { authorizeUrl, redirectOf } from './lib/emulator/application.ts'
import { startReceiver } from './lib/emulator/receiver.ts'
import { eventually } from './support/eventually.ts'

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

  it('asks the interceptor it is told of, and prints its secret', async () => {
    const interceptor = 'http://127.0.0.1:9/interceptors'
    const { child, output } = run(['emulator', '--port', '0', '--interceptor', interceptor])
    const url = await urlIn(child, output)
    expect(output.text).toContain(`SCALEKIT_INTERCEPTOR_SECRET=${emulatorInterceptorSecret}\n`)
    const page = await (await fetch(url)).text()
    expect(page.match(/PRE_[\dA-Z_]+/g)).toEqual([
      'PRE_SIGNUP',
      'PRE_SESSION_CREATION',
      'PRE_USER_INVITATION',
      'PRE_M2M_TOKEN_CREATION',
    ])
  })

  it('emulates the product it is told to', async () => {
    const { child, output } = run(['emulator', '--port', '0', '--product', 'sso'])
    const page = await (await fetch(await urlIn(child, output))).text()
    expect(page).toContain('<dt>Product</dt><dd><code>sso</code></dd>')
  })

  it('shows a page that asks for an email address, or does not, as it is told', async () => {
    const { child, output } = run(['emulator', '--port', '0', '--hosted-login', 'off'])
    const url = authorizeUrlAt(await urlIn(child, output), output)
    expect((await redirectOf(url)).params.error).toBe('invalid_connection_selector')
  })

  it('warns of what it lets through, naming the flag that would not', async () => {
    const { child, output } = run(['emulator', '--port', '0'])
    const authorize = authorizeUrlAt(await urlIn(child, output), output)
    expect((await fetch(authorize)).status).toBe(200)
    await fetch(authorize)
    await eventually(() =>
      expect(output.errors).toMatch(/^Warning: .*without PKCE.*--enforce-pkce/),
    )
    expect(output.errors.match(/Warning:/g)).toHaveLength(1)
  })

  it('is as strict as its flags say', async () => {
    const { child, output } = run(['emulator', '--port', '0', '--enforce-pkce'])
    const authorize = authorizeUrlAt(await urlIn(child, output), output)
    expect((await redirectOf(authorize)).params.error_description).toContain('--enforce-pkce')
  })

  it('takes redirect URIs with placeholders, and finds the application by another', async () => {
    const wildcard = ['--redirect-uri', 'https://*.app.example/cb']
    const plain = ['--redirect-uri', 'http://localhost:8080/cb']
    const { child, output } = run(['emulator', '--port', '0', ...wildcard, ...plain])
    await urlIn(child, output)
    expect(output.text).toContain('APP_BASE_URL=http://localhost:8080\n')
  })

  it('sends events where it is told to', async () => {
    const { url, received } = await startReceiver(emulatorWebhookSecret)
    const { child, output } = run(['emulator', '--port', '0', '--webhook', url])
    const emulator = await urlIn(child, output)
    expect(output.text).toContain(`SCALEKIT_WEBHOOK_SECRET=${emulatorWebhookSecret}\n`)
    const directory = /\/emulator\/directories\/\w+/.exec(await (await fetch(emulator)).text())![0]
    await fetch(`${emulator + directory}/groups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"displayName":"Avengers"}',
    })
    await eventually(() => expect(received).toMatchObject([{ problem: undefined }]))
  })

  it('limits the calls of a minute, and repeats deliveries when it is told to', async () => {
    const { url, received } = await startReceiver(emulatorWebhookSecret, [500, 201])
    const { child, output } = run([
      ...['emulator', '--port', '0', '--webhook', url],
      ...['--retry-schedule', '0,60', '--rate-limit', '1'],
    ])
    const emulator = await urlIn(child, output)
    const calls = [1, 2].map(() => fetch(`${emulator}/api/v1/organizations`))
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([401, 429])
    const directory = /\/emulator\/directories\/\w+/.exec(await (await fetch(emulator)).text())![0]
    await fetch(`${emulator + directory}/groups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"displayName":"Avengers"}',
    })
    await eventually(() => expect(received).toHaveLength(2))
  })

  it('runs a command with the variables of the application, and ends with it and as it does', async () => {
    const names = ['ENVIRONMENT_URL', 'CLIENT_ID', 'CLIENT_SECRET', 'WEBHOOK_SECRET']
    const variables = ['APP_BASE_URL', ...names.map((name) => `SCALEKIT_${name}`)]
    const script = `
      const { SCALEKIT_ENVIRONMENT_URL: url } = process.env
      for (const name of ${JSON.stringify(variables)}) console.log('told', name + '=' + process.env[name])
      fetch(url + '/keys').then(({ status }) => console.log('keys', status, ...process.argv.slice(1)))
      process.exitCode = 7`
    const command = [process.execPath, '-e', script, '--', '--help']
    const { child, output } = run(['emulator', '--port', '0', '--', ...command])
    const url = await urlIn(child, output)
    expect(await exitOf(child)).toBe(7)
    const lines = output.text.split('\n')
    const told = lines.filter((line) => line.startsWith('told '))
    expect(told).toHaveLength(5)
    expect(lines).toEqual(expect.arrayContaining(told.map((line) => line.replace('told ', ''))))
    expect(told).toContain(`told SCALEKIT_ENVIRONMENT_URL=${url}`)
    expect(lines).toContain('keys 200 --help')
    await expect(fetch(`${url}/keys`)).rejects.toThrow('fetch failed')
  })

  it.each([
    ['the port of the environment', [], 'http://localhost:3105'],
    ['a redirect URI', ['--redirect-uri', 'http://a.localhost:1/cb'], 'http://a.localhost:1'],
  ])('tells the command its address by %s', async (_case, args, baseUrl) => {
    const command = [process.execPath, '-e', "console.log('told', process.env.APP_BASE_URL)"]
    const { child, output } = run(['emulator', '--port', '0', ...args, '--', ...command], {
      PORT: '3105',
    })
    expect(await exitOf(child)).toBe(0)
    expect(output.text).toContain(`told ${baseUrl}\n`)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('passes %s on to the command', async (signal, code) => {
    const script = "setInterval(() => {}, 1000); console.log('running')"
    const command = [process.execPath, '-e', script]
    const { child, output } = run(['emulator', '--port', '0', '--', ...command])
    while (!output.text.includes('running')) await once(child.stdout!, 'data')
    child.kill(signal)
    expect(await exitOf(child)).toBe(code)
  })

  it('says that there is no such program, and ends', async () => {
    const { child, output } = run(['emulator', '--port', '0', '--', 'no-such-program'])
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toBe('spawn no-such-program ENOENT\n')
  })

  it('says in one sentence that its port is taken, and what to do', async () => {
    const { child, output } = run(['emulator', '--port', '0'])
    const { port } = new URL(await urlIn(child, output))
    const second = run(['emulator', '--port', port])
    expect(await exitOf(second.child)).toBe(1)
    expect(second.output.errors).toBe(
      `Port ${port} is taken: stop the program that uses it, or choose another one with --port; --port 0 takes any that is free.\n`,
    )
  })

  it('refuses to run in production', async () => {
    const { child, output } = run(['emulator', '--port', '0'], { NODE_ENV: 'production' })
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain('does not start while NODE_ENV is production')
  })
})

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const withSecret = { SCALEKIT_WEBHOOK_SECRET: secret }

describe('express-scalekit trigger', () => {
  const type = 'organization.directory.user_created'

  it('sends an example that the library of the specification accepts', async () => {
    const { url, received } = await startReceiver(secret)
    const { child, output } = run(['trigger', type, '--to', url], withSecret)
    expect(await exitOf(child)).toBe(0)
    expect(output.text).toBe('201 thanks\n')
    expect(received).toMatchObject([{ problem: undefined, event: { type } }])
  })

  it('takes the secret of the environment', async () => {
    const { url, received } = await startReceiver(secret)
    const { child } = run(['trigger', type, '--to', url], withSecret)
    expect(await exitOf(child)).toBe(0)
    expect(received).toMatchObject([{ problem: undefined }])
  })

  it('sends as many as it is told to, each with an id of its own', async () => {
    const { url, received } = await startReceiver(secret)
    const args = ['trigger', type, '--to', url, '--count', '3']
    const { child, output } = run(args, withSecret)
    expect(await exitOf(child)).toBe(0)
    expect(output.text).toBe('201 thanks\n'.repeat(3))
    expect(new Set(received.map(({ id }) => id)).size).toBe(3)
    expect(new Set(received.map(({ event }) => event.id)).size).toBe(3)
  })

  it('sends the data of a file', async () => {
    const { url, received } = await startReceiver(secret)
    const file = await fileWith('{"id":"role_1","name":"editor"}')
    const args = ['trigger', 'role.created', '--to', url, '--data', file]
    expect(await exitOf(run(args, withSecret).child)).toBe(0)
    expect(received[0]?.event.data).toEqual({ id: 'role_1', name: 'editor' })
  })

  it.each(['[]', 'null', '"text"'])('sends no data that is %s', async (data) => {
    const { url, received } = await startReceiver(secret)
    const file = await fileWith(data)
    const args = ['trigger', 'role.created', '--to', url, '--data', file]
    const { child, output } = run(args, withSecret)
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain('must hold a JSON object')
    expect(received).toEqual([])
  })

  it('says which file is not JSON', async () => {
    const file = await fileWith('{"id":')
    const args = ['trigger', 'role.created', '--to', 'http://127.0.0.1:1/webhooks', '--data', file]
    const { child, output } = run(args, withSecret)
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain(`${file} is not JSON: `)
  })

  it.each([301, 401, 503])('shows a %i and fails', async (status) => {
    const { url } = await startReceiver(secret, [status])
    const { child, output } = run(['trigger', type, '--to', url], withSecret)
    expect(await exitOf(child)).toBe(1)
    expect(output.text).toBe(`${status} thanks\n`)
  })

  it('fails where nobody listens, and says so', async () => {
    const url = 'http://127.0.0.1:1/webhooks'
    const { child, output } = run(['trigger', type, '--to', url], withSecret)
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain(`${url} did not respond: bad port`)
  })

  it.each([
    ['user_created', 'organization.directory.user_created'],
    ['organization.directory.user_create', 'organization.directory.user_created'],
    ['role.renamed', 'role.created'],
  ])('names the types nearest to %s', async (name, nearest) => {
    const { child, output } = run(['trigger', name, '--to', 'http://localhost'])
    expect(await exitOf(child)).toBe(2)
    expect(output.errors).toContain(`There is no event type ${name}.`)
    expect(output.errors).toContain(nearest)
  })
})

describe('express-scalekit sign', () => {
  // The line break has to be signed as it is.
  const body = '{"type":"role.created"}\n'

  it('prints headers that the library of the specification accepts', async () => {
    const { child, output } = run(['sign', await fileWith(body)], withSecret)
    expect(await exitOf(child)).toBe(0)
    const headers = Object.fromEntries(
      output.text
        .trim()
        .split('\n')
        .map((line) => line.split(': ')),
    )
    expect(Object.keys(headers)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'role.created' })
  })

  it('prints a command that sends the file, whatever it is called', async () => {
    const { url, received } = await startReceiver(secret)
    const file = await fileWith(body, "it's a $file.json")
    const { child, output } = run(['sign', file, '--curl', '--to', url], withSecret)
    expect(await exitOf(child)).toBe(0)
    const shell = spawn('sh', ['-c', `${output.text.trim()} --silent`])
    running.push(shell)
    expect(await exitOf(shell)).toBe(0)
    expect(received).toMatchObject([{ body, problem: undefined }])
  })

  it('fails where there is no file', async () => {
    const { child, output } = run(['sign', 'no-such-file.json'], withSecret)
    expect(await exitOf(child)).toBe(1)
    expect(output.errors).toContain('no-such-file.json')
  })
})

describe('express-scalekit', () => {
  it.each([[['--help']], [['-h']], [['sign', '-h']]])(
    'explains itself when asked: %j',
    async (args) => {
      const { child, output } = run(args)
      expect(await exitOf(child)).toBe(0)
      expect(output.text).toMatch(/^Usage: express-scalekit emulator/)
    },
  )

  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['emulate']],
    ['a word too many', ['emulator', 'now']],
    ['an unknown option', ['emulator', '--colour']],
    ['a port that is no number', ['emulator', '--port', 'http']],
    ['a port out of range', ['emulator', '--port', '65536']],
    ['a grace of half a second', ['emulator', '--refresh-grace', '0.5']],
    ['a session without time', ['emulator', '--session-idle', '0']],
    ['a logout URI without http', ['emulator', '--back-channel-logout-uri', 'localhost:3000']],
    ['a redirect URI with a query', ['emulator', '--redirect-uri', 'http://localhost/cb?a=b']],
    ['a relative redirect URI', ['emulator', '--redirect-uri', '/callback']],
    ['nothing behind the dashes', ['emulator', '--']],
    ['an unknown product', ['emulator', '--product', 'modular']],
    ['neither on nor off', ['emulator', '--hosted-login', 'yes']],
    ['an unknown schedule', ['emulator', '--retry-schedule', '5-attempts']],
    ['waits that are no numbers', ['emulator', '--retry-schedule', '5,,30']],
    ['a limit of nothing', ['emulator', '--rate-limit', '0']],
    ['a relative address for webhooks', ['emulator', '--webhook', '/webhooks']],
    ['no event type', ['trigger', '--to', 'http://localhost']],
    ['nowhere to send an event', ['trigger', 'role.created']],
    ['a relative address', ['trigger', 'role.created', '--to', '/webhooks']],
    ['an address without http', ['trigger', 'role.created', '--to', 'localhost:3000/webhooks']],
    ['no events to send', ['trigger', 'role.created', '--to', 'http://localhost', '--count', '0']],
    ['no secret', ['trigger', 'role.created', '--to', 'http://localhost']],
    ['no file to sign', ['sign']],
    ['two files to sign', ['sign', 'one', 'two']],
  ])('shows its usage and exits with 2: %s', async (_case, args) => {
    const { child, output } = run(args)
    expect(await exitOf(child)).toBe(2)
    expect(output.errors).toContain('Usage: express-scalekit emulator')
  })

  it('prints what was wrong last, below its usage', async () => {
    const { child, output } = run(['emulator', '--port', 'http'])
    expect(await exitOf(child)).toBe(2)
    const [last] = output.errors.trim().split('\n').slice(-1)
    expect(last).toBe('--port must be a whole number from 0 to 65535, not http.')
  })

  it.each(['trigger', 'sign'])('%s takes no secret of the command line', async (command) => {
    const args = { trigger: ['role.created', '--to', 'http://127.0.0.1:1'], sign: ['file.json'] }
    const given = [command, ...args[command as keyof typeof args], '--secret', secret]
    const { child, output } = run(given, withSecret)
    expect(await exitOf(child)).toBe(2)
    const [last] = output.errors.trim().split('\n').slice(-1)
    expect(last).toBe(
      'Set SCALEKIT_WEBHOOK_SECRET instead of --secret: other users of this machine can see command lines, and the shell keeps them in its history.',
    )
    expect(output.errors).not.toContain(secret)
  })

  it('prints its version', async () => {
    const { child, output } = run(['--version'])
    expect(await exitOf(child)).toBe(0)
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    expect(output.text).toBe(`${version}\n`)
  })
})

interface Output {
  text: string
  errors: string
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    env: { ...process.env, NODE_ENV: 'test', SCALEKIT_WEBHOOK_SECRET: '', ...env },
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

/** A file that is gone after the test. */
async function fileWith(content: string, name = 'file.json'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close')
  return code as number | null
}

/** A request without PKCE that names no organization. */
function authorizeUrlAt(url: string, output: { readonly text: string }): string {
  const clientId = /^SCALEKIT_CLIENT_ID=(\S+)$/m.exec(output.text)![1]!
  const options = { environmentUrl: url, clientId, clientSecret: '' }
  return authorizeUrl(
    { url, options, organizations: [] },
    { organization_id: undefined, code_challenge: undefined, code_challenge_method: undefined },
  )
}
