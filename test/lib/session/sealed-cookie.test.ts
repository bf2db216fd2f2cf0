import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { sealedCookie } from '../../../src/lib/session/sealed-cookie.ts'
import type { SessionStorage } from '../../../src/lib/session/session-storage.ts'
import { ada, hourMs, now, settableClock } from '../identities.ts'
import { cookieAfter, requestWith, responseTo, setCookieLines } from '../requests.ts'

const seal = sealer([new Secret('a secret of these tests alone')], 'session')

describe('write and read', () => {
  it('bring the identity back as it was', async () => {
    const { storage } = keeping()
    expect(storage.read(requestWith(await cookieOf(ada())))).toEqual(ada())
  })

  it('use a __Host- cookie that ends with the session', async () => {
    const { storage } = keeping()
    const res = responseTo()
    await storage.write(requestWith(), res, ada())
    const [line] = setCookieLines(res)
    expect(line).toMatch(/^__Host-scalekit-session=1\.[\w-]+\.[\w-]+; /)
    expect(line!.split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      `Max-Age=${7 * 24 * 3600}`,
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ])
  })

  it('answer one frozen object for all requests of a cookie', async () => {
    const { storage } = keeping()
    const cookie = await cookieOf(ada())
    const identity = storage.read(requestWith(cookie))!
    expect(storage.read(requestWith(`other=1; ${cookie}`))).toBe(identity)
    for (const part of [identity, identity.roles, identity.claims, identity.claims.groups]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe('read', () => {
  it.each([
    ['no cookie', undefined],
    ['a cookie without a value', '__Host-scalekit-session='],
    ['a cookie we did not seal', '__Host-scalekit-session=1.AAAAAAAA.AAAA'],
    ['a very long cookie', `__Host-scalekit-session=${'A'.repeat(100_000)}`],
  ])('finds nobody in %s', (_case, cookie) => {
    expect(keeping().storage.read(requestWith(cookie))).toBeUndefined()
  })

  it('finds nobody in a cookie that was sent twice', async () => {
    const cookie = await cookieOf(ada())
    const other = await cookieOf(ada({ sessionId: 'another' }))
    expect(keeping().storage.read(requestWith(`${cookie}; ${other}`))).toBeUndefined()
  })

  it('finds nobody in a value moved to another name', async () => {
    const value = (await cookieOf(ada())).split('=')[1]
    const plain = keeping({ isSecure: false }).storage
    expect(plain.read(requestWith(`scalekit-session=${value}`))).toBeUndefined()
  })

  it('finds nobody in what another purpose sealed', () => {
    const name = '__Host-scalekit-session'
    const transaction = sealer([new Secret('a secret of these tests alone')], 'transaction')
    const value = transaction.seal(JSON.stringify(ada()), name)
    expect(keeping().storage.read(requestWith(`${name}=${value}`))).toBeUndefined()
  })

  it.each([{ v: 2 }, { v: undefined }])('finds nobody in an identity with %j', (changes) => {
    const name = '__Host-scalekit-session'
    const value = seal.seal(JSON.stringify({ ...ada(), ...changes }), name)
    expect(keeping().storage.read(requestWith(`${name}=${value}`))).toBeUndefined()
  })

  it('finds nobody in a changed cookie, though the right one was just read', async () => {
    const { storage } = keeping()
    const cookie = await cookieOf(ada())
    storage.read(requestWith(cookie))
    const at = cookie.indexOf('=') + 20
    const changed = cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)
    expect(storage.read(requestWith(changed))).toBeUndefined()
  })
})

describe('touch', () => {
  it('leaves a session alone in the first half of its idle time', () => {
    const { storage, at } = keeping()
    const res = responseTo()
    at(now + 12 * hourMs - 1)
    renew(storage, res, ada())
    expect(setCookieLines(res)).toEqual([])
  })

  it('gives it the whole idle time again from the middle on', () => {
    const { storage, at } = keeping()
    const res = responseTo()
    at(now + 12 * hourMs)
    renew(storage, res, ada())
    expect(storage.read(requestWith(cookieAfter(res)))).toEqual(
      ada({ idleExpiresAt: now + 36 * hourMs }),
    )
    expect(setCookieLines(res)[0]).toContain(`Max-Age=${(7 * 24 - 12) * 3600};`)
  })

  it('never goes past the absolute end', () => {
    const { storage, at } = keeping()
    const res = responseTo()
    const end = now + 20 * hourMs
    at(now + 13 * hourMs)
    renew(storage, res, ada({ absoluteExpiresAt: end, idleExpiresAt: now + 19 * hourMs }))
    expect(storage.read(requestWith(cookieAfter(res)))?.idleExpiresAt).toBe(end)
  })

  it('leaves a session alone that already lasts to its absolute end', () => {
    const { storage, at } = keeping()
    const res = responseTo()
    const end = now + 20 * hourMs
    at(now + 15 * hourMs)
    renew(storage, res, ada({ absoluteExpiresAt: end, idleExpiresAt: end }))
    expect(setCookieLines(res)).toEqual([])
  })

  it('leaves an answer alone whose headers are sent', () => {
    const { storage, at } = keeping()
    const res = responseTo()
    at(now + 23 * hourMs)
    res.flushHeaders()
    expect(() => renew(storage, res, ada())).not.toThrow()
    expect(setCookieLines(res)).toEqual([])
  })

  it.each([
    ['nothing', {}],
    ['what Socket.IO hands over', { setHeader() {}, getHeader() {}, writeHead() {}, end() {} }],
  ])('leaves %s alone, which stands for the answer to a WebSocket', (_what, object) => {
    const { storage, at } = keeping()
    at(now + 13 * hourMs)
    const res = object as unknown as ServerResponse
    expect(() => renew(storage, res, ada())).not.toThrow()
  })

  it('does not change the identity that other requests hold', async () => {
    const { storage, at } = keeping()
    const identity = storage.read(requestWith(await cookieOf(ada())))!
    at(now + 13 * hourMs)
    renew(storage, responseTo(), identity)
    expect(identity).toEqual(ada())
  })
})

describe('clear', () => {
  it('takes the cookie away at once', async () => {
    const { storage } = keeping()
    const res = responseTo()
    await storage.clear(requestWith(), res, () => false)
    expect(setCookieLines(res)).toEqual([
      expect.stringMatching(/^__Host-scalekit-session=; Max-Age=0; /),
    ])
  })

  it.each([
    ['one cookie', 0],
    ['two cookies', 3500],
  ])(
    'leaves a newer session in %s that came before the header was written',
    async (_case, size) => {
      const { storage } = keeping()
      const res = responseTo()
      let isReplaced = false
      await storage.clear(requestWith(await cookiesOf(size)), res, () => isReplaced)
      res.appendHeader('Set-Cookie', 'theirs=1')
      isReplaced = true
      res.writeHead(303)
      expect(setCookieLines(res)).toEqual(['theirs=1'])
    },
  )
})

describe('an identity that no cookie can hold', () => {
  it('is refused, and no cookie is set', async () => {
    const { storage } = keeping()
    const res = responseTo()
    const identity = ada({
      claims: { groups: Array.from({ length: 800 }, (_, at) => `group ${at}`) },
    })
    await expect(storage.write(requestWith(), res, identity)).rejects.toMatchObject({
      code: 'session_too_large',
      status: 500,
      hint: expect.stringContaining('claims.groups'),
    })
    expect(setCookieLines(res)).toEqual([])
  })

  it.each<[string, Partial<Identity>, string]>([
    ['claims', { claims: { name: 'Ada', groups: ['a'.repeat(5000)] } }, 'claims.groups (5004)'],
    ['what onLogin kept', { user: { plan: 'b'.repeat(5000) } }, 'user.plan (5002)'],
    ['roles', { roles: ['c'.repeat(5000)] }, 'roles (5004)'],
    ['permissions', { permissions: ['d'.repeat(5000)] }, 'permissions (5004)'],
    ['scopes', { scopes: ['e'.repeat(5000)] }, 'scopes (5004)'],
    ['the subject', { sub: 'f'.repeat(5000) }, 'sub (5002)'],
  ])('is told with its largest parts first: %s', async (_case, changes, part) => {
    await expect(
      keeping().storage.write(requestWith(), responseTo(), ada(changes)),
    ).rejects.toMatchObject({
      hint: expect.stringMatching(`^Its largest parts are ${escaped(part)}, `),
    })
  })

  it('is one whose sealed value would have more than 6000 characters', async () => {
    expect((await sealedValueOf(4000)).length).toBeLessThan(6000)
    await expect(sealedValueOf(4500)).rejects.toMatchObject({ code: 'session_too_large' })
  })
})

describe('an identity that one cookie cannot hold', () => {
  it('is kept in two, each small enough for a browser, at every length around the limit', async () => {
    const counts = new Set<number>()
    for (let size = 2350; size < 2650; size += 1) {
      const { storage } = keeping()
      const res = responseTo()
      const identity = ada({ claims: { name: 'a'.repeat(size) } })
      await storage.write(requestWith(), res, identity)
      const lines = setCookieLines(res)
      counts.add(lines.length)
      expect(lines.every((line) => line.length <= 4096)).toBe(true)
      expect(storage.read(requestWith(cookieAfter(res)))).toEqual(identity)
    }
    expect([...counts]).toEqual([1, 2])
  })

  it.each<[string, (first: string, second: string, other: string) => string]>([
    ['without the second', (first) => first],
    ['without the first', (_first, second) => second],
    ['with the second of another session', (first, _second, other) => `${first}; ${other}`],
    ['with a second cut short', (first, second) => `${first}; ${second.slice(0, -4)}`],
    ['with the second sent twice', (first, second) => `${first}; ${second}; ${second}`],
    ['with an empty second', (first, second) => `${first}; ${second.split('=')[0]}=`],
  ])('is nobody %s', async (_case, tamper) => {
    const [first, second] = (await cookiesOf(3500)).split('; ')
    const [, other] = (await cookiesOf(3600)).split('; ')
    expect(keeping().storage.read(requestWith(`${second}; ${first}`))).toBeDefined()
    expect(keeping().storage.read(requestWith(tamper(first!, second!, other!)))).toBeUndefined()
  })

  it('leaves no second cookie to a smaller one, nor to nobody', async () => {
    const before = await cookiesOf(3500)
    for (const act of ['write', 'clear'] as const) {
      const res = responseTo()
      const { storage } = keeping()
      if (act === 'write') await storage.write(requestWith(before), res, ada())
      else await storage.clear(requestWith(before), res, () => false)
      const cleared = setCookieLines(res).filter((line) => line.includes('Max-Age=0'))
      expect(cleared.map((line) => line.split('=')[0])).toContain('__Host-scalekit-session.1')
    }
  })
})

/** Touches a session for a response, which is then sent. */
function renew(storage: SessionStorage, res: ServerResponse, identity: Identity): void {
  storage.touch(requestWith(), res, identity, { count: 0, at: 0 }, () => true)
  if (!res.headersSent) res.writeHead?.(200)
}

/** The cookies of an identity with a claim of this length. */
async function cookiesOf(size: number): Promise<string> {
  const res = responseTo()
  await keeping().storage.write(requestWith(), res, ada({ claims: { name: 'a'.repeat(size) } }))
  return cookieAfter(res)
}

async function sealedValueOf(size: number): Promise<string> {
  return (await cookiesOf(size)).replaceAll(/(^|; )[^=]+=/g, '')
}

function keeping({ isSecure = true } = {}) {
  const { clock, at } = settableClock()
  const storage = sealedCookie({
    name: 'scalekit-session',
    style: { isSecure },
    seal,
    idleSeconds: 24 * 3600,
    clock,
  })
  return { storage, at }
}

async function cookieOf(identity: Identity): Promise<string> {
  const res = responseTo()
  await keeping().storage.write(requestWith(), res, identity)
  return cookieAfter(res)
}

function escaped(text: string): string {
  return text.replace(/[().]/g, '\\$&')
}
