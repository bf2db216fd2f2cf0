import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../../src/testing.ts'
import { eventually } from '../../support/eventually.ts'
import { authorizeUrl, idOf, postToken, tokenParams } from './application.ts'

const started: Emulator[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((emulator) => emulator.close()))
})

async function emulate(seed?: EmulatorSeed): Promise<Emulator> {
  const emulator = await startEmulator(seed)
  started.push(emulator)
  return emulator
}

describe('startEmulator', () => {
  it('gives the options that an application connects with', async () => {
    const emulator = await emulate({ clientId: 'skc_1', clientSecret: 'test_secret' })
    expect(emulator.url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(emulator.options).toEqual({
      environmentUrl: emulator.url,
      clientId: 'skc_1',
      clientSecret: 'test_secret',
    })
  })

  it('is reached by name and by loopback address', async () => {
    const { port } = new URL((await emulate()).url)
    const hosts = ['localhost', '127.0.0.1', ...(hasIpv6Loopback() ? ['[::1]'] : [])]
    for (const host of hosts) {
      expect((await fetch(`http://${host}:${port}/keys`)).status).toBe(200)
    }
  })

  it('is not reached by an address of another interface', async () => {
    const { port } = new URL((await emulate()).url)
    for (const address of outsideAddresses()) {
      await expect(fetch(`http://${address}:${port}/keys`)).rejects.toThrow('fetch failed')
    }
  })

  it('refuses to start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(startEmulator()).rejects.toThrow('does not start while NODE_ENV is production')
    vi.unstubAllEnvs()
  })

  it('names the port that is taken', async () => {
    const port = Number(new URL((await emulate()).url).port)
    await expect(startEmulator({ port })).rejects.toThrow(`Port ${port} is taken`)
  })

  it.runIf(hasIpv6Loopback())('does not share its port with a program on ::1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '::1', resolve))
    const { port } = other.address() as AddressInfo
    await expect(startEmulator({ port })).rejects.toThrow(`Port ${port} is taken`)
    await new Promise((resolve) => other.close(resolve))
  })

  it('is gone after close, also for whoever still waits for an answer', async () => {
    const emulator = await startEmulator()
    emulator.fail({ path: '/keys', hang: true })
    const waiting = fetch(`${emulator.url}/keys`)
    waiting.catch(() => {})
    await eventually(() => expect(emulator.requests).toHaveLength(1))
    await emulator.close()
    await expect(waiting).rejects.toThrow('fetch failed')
    await expect(fetch(`${emulator.url}/keys`)).rejects.toThrow('fetch failed')
  })
})

describe('an emulator without a seed', () => {
  it('holds Acme and Globex, each with a usable connection and a directory', async () => {
    const { organizations } = await emulate()
    expect(organizations).toMatchObject([
      {
        id: 'org_69615647365005430',
        externalId: 'acme',
        displayName: 'Acme',
        domains: ['acme.example'],
        connection: {
          id: 'conn_69615647365005431',
          provider: 'OKTA',
          type: 'SAML',
          enabled: true,
          status: 'COMPLETED',
        },
        directory: { id: 'dir_69615647365005432', enabled: true },
      },
      {
        id: 'org_70087756662964366',
        externalId: 'globex',
        displayName: 'Globex',
        domains: ['globex.example'],
        connection: { provider: 'MICROSOFT_AD', type: 'OIDC', enabled: true, status: 'COMPLETED' },
        directory: { id: 'dir_70087756662964368', enabled: true },
      },
    ])
  })

  it('keeps people in directory groups', async () => {
    const { users, groups } = (await emulate()).organizations[0]!.directory!
    const ada = users.find(({ email }) => email === 'ada@acme.example')!
    expect(ada).toMatchObject({ id: expect.stringMatching(/^diruser_\d{18}$/), active: true })
    expect(users.find(({ email }) => email === 'hedy@acme.example')?.active).toBe(false)
    expect(groups.map(({ displayName }) => displayName)).toEqual([
      'Engineering',
      'Administrators',
      'Research',
    ])
    expect(groups[0]!.members).toContain(ada.id)
  })

  it('has the same ids on every start', async () => {
    const [one, other] = [await emulate(), await emulate()]
    expect(one.organizations).toEqual(other.organizations)
  })
})

describe('a seed', () => {
  it('may leave out everything but names', async () => {
    const { organizations } = await emulate({
      organizations: [{ displayName: 'Initech', people: [{ email: 'a@b.example', name: 'A B' }] }],
    })
    expect(organizations).toMatchObject([
      {
        id: expect.stringMatching(/^org_\d{18}$/),
        domains: [],
        connection: { id: expect.stringMatching(/^conn_\d{18}$/), enabled: true },
        directory: { id: expect.stringMatching(/^dir_\d{18}$/), enabled: true },
        people: [{ id: expect.stringMatching(/^usr_\d{18}$/), roles: ['member'] }],
      },
    ])
    expect(organizations[0]).not.toHaveProperty('externalId')
  })

  it('may have an organization without connection and directory', async () => {
    const { organizations } = await emulate({
      organizations: [{ displayName: 'Initech', connection: null, directory: null }],
    })
    expect(organizations[0]).not.toHaveProperty('connection')
    expect(organizations[0]).not.toHaveProperty('directory')
  })
})

describe('requests', () => {
  it('are written down with what they carried and how they were answered', async () => {
    const emulator = await emulate()
    await fetch(authorizeUrl(emulator))
    await postToken(emulator, tokenParams(emulator, 'no-code'), { 'x-trace': '1' })
    const [authorization, token] = emulator.requests
    expect(authorization).toMatchObject({ method: 'GET', path: '/oauth/authorize', status: 200 })
    expect(authorization!.query.get('organization_id')).toBe(idOf(emulator, 'acme'))
    expect(token).toMatchObject({ method: 'POST', path: '/oauth/token', status: 400 })
    expect(token!.form.get('client_secret')).toBe(emulator.options.clientSecret)
    expect(token!.headers['x-trace']).toBe('1')
  })
})

describe('what is not emulated', () => {
  it('answers 501, which nobody takes for an answer of Scalekit', async () => {
    const answer = await fetch(`${(await emulate()).url}/resources`)
    expect(answer.status).toBe(501)
    expect(await answer.json()).toEqual({
      error: 'not_emulated',
      error_description: 'not emulated: GET /resources',
    })
  })

  it.each([
    ['POST', '/oauth/authorize', 'GET'],
    ['GET', '/oauth/token', 'POST'],
    ['GET', '/emulator/sign-in', 'POST'],
    ['POST', '/keys', 'GET'],
    ['DELETE', '/userinfo', 'GET'],
  ])('answers 405 to %s %s', async (method, path, allow) => {
    const answer = await fetch((await emulate()).url + path, { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe(allow)
  })

  it('answers 413 to a body larger than 64 kB', async () => {
    const body = new URLSearchParams({ code: 'x'.repeat(70_000) })
    const answer = await fetch(`${(await emulate()).url}/oauth/token`, { method: 'POST', body })
    expect(answer.status).toBe(413)
  })
})

describe('the home page', () => {
  it('names organizations, people and registered redirect URIs', async () => {
    const page = await (await fetch((await emulate()).url)).text()
    for (const word of ['org_69615647365005430', 'katherine@globex.example', '3000/callback']) {
      expect(page).toContain(word)
    }
  })
})

function addresses() {
  return Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
}

function hasIpv6Loopback(): boolean {
  return addresses().some(({ address }) => address === '::1')
}

function outsideAddresses(): string[] {
  return addresses()
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
}
