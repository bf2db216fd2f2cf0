import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emulatorWebhookSecret } from '../../../src/lib/ground/sample-secrets.ts'
import { eventually } from '../../support/eventually.ts'
import { ask } from '../emulator/control/control.ts'
import { startReceiver } from '../emulator/receiver.ts'
import { run, runInShell, temporaryFolder } from './command.ts'

describe('the terminal', () => {
  it('shows a line for each attempt of a delivery, without the query of its address', async () => {
    const receiver = await startReceiver(emulatorWebhookSecret, [503, 201])
    const command = run(['emulator', '--port', '0', '--webhook', `${receiver.url}?key=hidden`])
    const emulator = { url: await command.url() }
    await ask(emulator, 'POST /deliveries', { type: 'user.login' })
    const line = (status: number, attempt: string) =>
      `Webhook user.login to ${receiver.url}: ${status} (attempt ${attempt})\n`
    await eventually(() => expect(command.text()).toContain(line(503, '1, will be retried')))
    await ask(emulator, 'POST /clock/advance', { seconds: 5 })
    await eventually(() => expect(command.text()).toContain(line(201, '2')))
    expect(command.text()).not.toContain('hidden')
  })

  it('shows why a sign-in failed, at each of its steps', async () => {
    const command = run(['emulator', '--port', '0', '--redirect-uri', 'http://localhost:3000/cb'])
    const emulator = { url: await command.url() }
    const authorizeUrl = `${emulator.url}/oauth/authorize?client_id=skc_58327480989122566`
    await fetch(`${authorizeUrl}&redirect_uri=http://localhost:3000/`)
    await fetch(`${authorizeUrl}&redirect_uri=http://localhost:3000/cb`, { redirect: 'manual' })
    await fetch(`${emulator.url}/oauth/token`, { method: 'POST', body: new URLSearchParams() })
    await fetch(`${emulator.url}/emulator/sign-in`, { method: 'POST', body: new URLSearchParams() })
    await ask(emulator, 'GET /requests')
    await eventually(() => {
      const lines = command.text().match(/^Sign-in failed .*$/gm)
      expect(lines).toEqual([
        expect.stringMatching(
          /^Sign-in failed at GET \/oauth\/authorize: This sign-in cannot start. http:\/\/localhost:3000\/ is not registered/,
        ),
        'Sign-in failed at GET /oauth/authorize: invalid_request (response_type is missing)',
        expect.stringMatching(/^Sign-in failed at POST \/oauth\/token: \w+ \(.+\)$/),
        expect.stringMatching(/^Sign-in failed at POST \/emulator\/sign-in: This page was already/),
      ])
    })
  })
})

describe('--seed', () => {
  it('starts with what a file says, and the command line wins', async () => {
    const args = [
      '--seed',
      'examples/emulator/acme.json',
      '--redirect-uri',
      'http://localhost:1/cb',
    ]
    const command = run(['emulator', '--port', '0', ...args])
    await command.url()
    expect(command.text()).toContain('maya@umbrella.example')
    expect(command.text()).toContain('APP_BASE_URL=http://localhost:1\n')
  })

  it('that is wrong ends the command with the path of what is wrong', async () => {
    const file = join(await temporaryFolder(), 'seed.json')
    await writeFile(file, '{"organizations":[{"displayName":"Acme","people":[{"name":"Ada"}]}]}')
    const command = run(['emulator', '--port', '0', '--seed', file])
    expect(await command.exit).toBe(1)
    expect(command.errors()).toBe(`${file}: \`organizations[0].people[0].email\` is missing\n`)
  })
})

describe('--state', () => {
  it('keeps changes between runs', async () => {
    const file = join(await temporaryFolder(), 'state.json')
    const first = run(['emulator', '--port', '0', '--state', file])
    await ask({ url: await first.url() }, 'DELETE /organizations/globex')
    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
    const second = run(['emulator', '--port', '0', '--state', file])
    const { body } = await ask({ url: await second.url() }, 'GET /organizations')
    expect(body).toMatchObject([{ displayName: 'Acme' }])
  })

  it('that is broken ends the command, which says what to do', async () => {
    const file = join(await temporaryFolder(), 'state.json')
    await writeFile(file, '{"version":1}')
    const command = run(['emulator', '--port', '0', '--state', file])
    expect(await command.exit).toBe(1)
    expect(command.errors()).toMatch(
      /state\.json is not a state .* Remove the file to begin anew\./,
    )
    expect(command.errors().trim().split('\n')).toHaveLength(1)
  })
})

describe('--host', () => {
  it('is the name in the address, opens every interface, and says so', async () => {
    const command = run(['emulator', '--port', '0', '--host', 'emulator'])
    const url = await command.url()
    expect(url).toMatch(/^http:\/\/emulator:\d+$/)
    const { port } = new URL(url)
    expect(command.text()).toContain(`SCALEKIT_ENVIRONMENT_URL=${url}\n`)
    expect(command.text()).toContain(
      `It listens on every interface (0.0.0.0): every machine that reaches port ${port} can sign in as every person`,
    )
    const answer = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)
    expect(await answer.json()).toMatchObject({ issuer: url, jwks_uri: `${url}/keys` })
    for (const address of outsideAddresses()) {
      await expect(connects(address, Number(port))).resolves.toBe(true)
    }
  })

  it.each(['http://emulator', 'emulator:4400', ''])(
    'is a name and nothing else: %j',
    async (host) => {
      const command = run(['emulator', '--port', '0', '--host', host])
      expect(await command.exit).toBe(2)
      expect(command.errors().trim().split('\n').at(-1)).toMatch(/^--host must be the name/)
    },
  )
})

describe('--https', () => {
  it('speaks https with a certificate that can be trusted, and uses it again', async () => {
    const home = await temporaryFolder()
    const args = ['emulator', '--port', '0', '--https', '--host', 'emulator']
    const first = run(args, { HOME: home, NODE_EXTRA_CA_CERTS: undefined })
    const url = await first.url()
    expect(url).toMatch(/^https:\/\/emulator:\d+$/)
    const file = join(home, '.express-scalekit/emulator.pem')
    expect(first.text()).toContain(`NODE_EXTRA_CA_CERTS=${file}\n`)
    const ca = await readFile(file, 'utf8')
    for (const servername of ['localhost', 'emulator']) {
      expect(await statusOver(new URL(url).port, servername, ca)).toBe(200)
    }
    await expect(statusOver(new URL(url).port, 'evil.example', ca)).rejects.toThrow(/altnames/)
    expect((await stat(join(home, '.express-scalekit/emulator-key.pem'))).mode & 0o077).toBe(0)
    const second = run(args, { HOME: home })
    await second.url()
    expect(await readFile(file, 'utf8')).toBe(ca)
  })

  it('makes an application that it starts trust it', async () => {
    const script = `fetch(process.env.SCALEKIT_ENVIRONMENT_URL + '/keys').then(({ status }) => console.log('keys', status))`
    const args = ['emulator', '--port', '0', '--https', '--', process.execPath, '-e', script]
    const command = run(args, { HOME: await temporaryFolder(), NODE_EXTRA_CA_CERTS: undefined })
    expect(await command.exit).toBe(0)
    expect(command.text()).toContain('keys 200\n')
  })

  it('says that it needs openssl where there is none', async () => {
    const command = run(['emulator', '--port', '0', '--https'], {
      HOME: await temporaryFolder(),
      PATH: '/nowhere',
    })
    expect(await command.exit).toBe(1)
    expect(command.errors()).toBe(
      '--https needs the program openssl, which makes the certificate: install it, or leave out --https.\n',
    )
  })
})

describe('--env-file', () => {
  it('adds the variables to a file and overwrites none', async () => {
    const file = join(await temporaryFolder(), '.env')
    await writeFile(file, '# mine\nSCALEKIT_CLIENT_ID=skc_mine\nPORT=3000')
    const command = run(['emulator', '--port', '0', '--env-file', file])
    const url = await command.url()
    const lines = (await readFile(file, 'utf8')).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      '# mine',
      'SCALEKIT_CLIENT_ID=skc_mine',
      'PORT=3000',
      `SCALEKIT_ENVIRONMENT_URL=${url}`,
    ])
    expect(lines.filter((line) => line.startsWith('SCALEKIT_CLIENT_ID'))).toHaveLength(1)
    expect(command.text()).toContain(
      `Added to ${file}: SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_S`,
    )
    expect(command.text()).toContain(`${file} keeps another SCALEKIT_CLIENT_ID.`)
    expect(command.text()).not.toContain('skc_mine')
  })

  it('makes the file, and changes nothing the second time', async () => {
    const file = join(await temporaryFolder(), '.env')
    const first = run(['emulator', '--port', '0', '-e', file])
    await first.url()
    const before = await readFile(file, 'utf8')
    expect(before).toMatch(/^SCALEKIT_ENVIRONMENT_URL=http:\/\/localhost:\d+\n/)
    const second = run(['emulator', '--port', '0', '--env-file', file])
    await second.url()
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(second.text()).toContain(`${file} has all variables already.`)
    expect(second.text()).toContain(`${file} keeps another SCALEKIT_ENVIRONMENT_URL.`)
  })
})

describe('--open', () => {
  it.runIf(process.platform === 'linux')('opens the home page in the browser', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'opened')
    await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" > '${file}'\n`)
    await chmod(join(folder, 'xdg-open'), 0o755)
    const command = run(['emulator', '--port', '0', '--open'], { PATH: `${folder}:/usr/bin:/bin` })
    const url = await command.url()
    await eventually(async () => expect(await readFile(file, 'utf8')).toBe(`${url}\n`))
  })

  it.runIf(process.platform === 'linux')('goes on where there is no browser', async () => {
    const command = run(['emulator', '--port', '0', '--open'], { PATH: '/nowhere' })
    const url = await command.url()
    await eventually(() => expect(command.text()).toContain(`Open ${url} yourself.`))
    expect((await fetch(`${url}/keys`)).status).toBe(200)
  })
})

describe('an emulator whose npm was stopped', () => {
  it('ends, and so does its command', async () => {
    const script = 'setInterval(() => {}, 1000); console.log("running", process.pid)'
    const args = ['emulator', '--port', '0', '--', process.execPath, '-e', script]
    const shell = runInShell(args, { npm_command: 'exec' })
    await eventually(() => expect(shell.text()).toMatch(/running \d+/))
    const pid = Number(/running (\d+)/.exec(shell.text())![1])
    // As `kill` does: what the shell started gets no signal.
    shell.child.kill('SIGKILL')
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
    await shell.exit
  })
})

describe('production', () => {
  it('is refused, unless it is allowed by its ugly name, which says so loudly', async () => {
    const args = ['emulator', '--port', '0', '--dangerously-allow-emulator']
    const command = run(args, { NODE_ENV: 'production' })
    expect((await fetch(`${await command.url()}/keys`)).status).toBe(200)
    expect(command.errors()).toContain(
      'dangerouslyAllowEmulator: this emulator of Scalekit runs in',
    )
  })
})

function statusOver(port: string, servername: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/keys', servername, ca }
    request({ ...options, headers: { host: `localhost:${port}` } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

function outsideAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
}

async function connects(address: string, port: number): Promise<boolean> {
  const answer = await fetch(`http://${address}:${port}/keys`).catch(() => undefined)
  return answer !== undefined
}
