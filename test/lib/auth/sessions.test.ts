import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { replicateRevocations } from '../../../src/lib/auth/revocations-replica.ts'
import { liveSessions } from '../../../src/lib/auth/sessions.ts'
import { tokenVault } from '../../../src/lib/auth/token-vault.ts'
import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Authority, Identity } from '../../../src/lib/ground/types.ts'
import { newestCookies } from '../../../src/lib/session/newest-cookies.ts'
import { sealedCookie } from '../../../src/lib/session/sealed-cookie.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { ada, entry, hourMs, now, settableClock, tokens } from '../identities.ts'
import { cookieAfter, requestWith, responseTo, setCookieLines } from '../requests.ts'
import { withoutSources } from './without-sources.ts'

describe('a session', () => {
  it('begins with a cookie that tells who is asking', async () => {
    const { begin, principalFor } = application()
    const principal = principalFor(await begin())
    expect(principal).toMatchObject({ status: 'signed-in', user: { id: ada().sub } })
  })

  it('shows all requests of a cookie the same principal', async () => {
    const { begin, principalFor } = application()
    const cookie = await begin()
    expect(principalFor(cookie)).toBe(principalFor(cookie))
  })

  it('keeps its tokens in the token store and not in the cookie', async () => {
    const { begin, keptFor } = application()
    const cookie = await begin()
    expect(await keptFor(cookie)).toEqual({ version: 0, tokens: tokens() })
    expect(cookie).not.toContain('access')
  })

  it('has a key in its cookie that its tokens do not open without, a new one for each', async () => {
    const { begin, identityIn, vault } = application()
    const [one, other] = [await identityIn(await begin()), await identityIn(await begin())]
    expect(one.tokenKey).toMatch(/^[\w-]{22}$/)
    expect(other.tokenKey).not.toBe(one.tokenKey)
    const { tokenKey: _tokenKey, ...withoutKey } = other
    expect(await vault.get(withoutKey)).toBeUndefined()
    expect(await vault.get({ ...other, tokenKey: one.tokenKey! })).toBeUndefined()
    expect(await vault.get(other)).toEqual({ version: 0, tokens: tokens() })
  })

  it('has the same key when its cookie is renewed', async () => {
    const { begin, identityIn, sessions, at } = application()
    const cookie = await begin()
    at(now + 13 * hourMs)
    const res = responseTo()
    sessions.viewOf(requestWith(cookie), res).principal
    res.writeHead(200)
    const [before, after] = [await identityIn(cookie), await identityIn(cookieAfter(res))]
    expect(after.idleExpiresAt).toBeGreaterThan(before.idleExpiresAt)
    expect(after.tokenKey).toBe(before.tokenKey)
  })

  it('shows its key to no handler', async () => {
    const { begin, identityIn, principalFor } = application()
    const cookie = await begin()
    const { tokenKey } = await identityIn(cookie)
    const principal = principalFor(cookie)
    expect(inspect(principal, { depth: 9, showHidden: true })).not.toContain(tokenKey)
    expect(JSON.stringify(principal)).not.toContain(tokenKey)
  })

  it('keeps with its tokens what they let its user do', async () => {
    const { begin, keptFor } = application()
    const { roles, permissions, scopes } = ada()
    const authority = { issuedAt: now, roles, permissions, scopes, claims: {} }
    expect((await keptFor(await begin(ada(), authority)))?.authority).toEqual(authority)
  })

  it('keeps its tokens until its absolute end, however often it was idle', async () => {
    const { begin, store, at } = application()
    await begin()
    at(ada().absoluteExpiresAt - 1)
    expect(await store.tokenStore.get(ada().sessionId)).toBeDefined()
    at(ada().absoluteExpiresAt)
    expect(await store.tokenStore.get(ada().sessionId)).toBeUndefined()
  })

  it.each([
    ['its idle time', 24],
    ['its absolute time', 7 * 24],
  ])('is over after %s, whatever the browser keeps', async (_case, hours) => {
    const { begin, principalFor, at } = application()
    const idleExpiresAt = Math.min(now + hours * hourMs, ada().absoluteExpiresAt)
    const cookie = await begin(ada({ idleExpiresAt }))
    at(now + hours * hourMs - 1)
    expect(principalFor(cookie).status).toBe('signed-in')
    at(now + hours * hourMs)
    expect(principalFor(cookie)).toMatchObject({ status: 'signed-out', reason: 'expired' })
  })

  it('lives on while it is used', async () => {
    const { begin, sessions, at } = application()
    let cookie = await begin()
    for (let hour = 13; hour < 7 * 24; hour += 13) {
      at(now + hour * hourMs)
      const res = responseTo()
      expect(sessions.viewOf(requestWith(cookie), res).principal.status).toBe('signed-in')
      res.writeHead(200)
      if (setCookieLines(res).length > 0) cookie = cookieAfter(res)
    }
    at(now + 7 * 24 * hourMs)
    expect(sessions.viewOf(requestWith(cookie), responseTo()).principal).toMatchObject({
      reason: 'expired',
    })
  })
})

describe('the session that a sign-in takes the place of', () => {
  it('is none once it is over, and hands nothing on', async () => {
    const { begin, sessions, at } = application()
    const { idleExpiresAt } = ada()
    const cookie = await begin()
    at(idleExpiresAt - 1)
    expect(await sessions.live(requestWith(cookie))).toMatchObject(ada())
    at(idleExpiresAt)
    expect(await sessions.live(requestWith(cookie))).toBeUndefined()
  })
})

describe('nobody', () => {
  it('is who comes without a cookie, or with one we did not seal', () => {
    const { principalFor } = application()
    for (const cookie of [undefined, '__Host-scalekit-session=1.AAAAAAAA.AAAA']) {
      expect(principalFor(cookie)).toMatchObject({ status: 'signed-out', reason: 'no-session' })
    }
  })
})

describe('end', () => {
  it('ends the session for good: its cookie tells nobody from then on', async () => {
    const { begin, sessions, principalFor } = application()
    const cookie = await begin()
    const res = responseTo()
    expect(await sessions.end(requestWith(cookie), res)).toEqual(tokens())
    expect(cookieAfter(res)).toBe('__Host-scalekit-session=')
    expect(principalFor(cookie)).toMatchObject({ status: 'signed-out', reason: 'revoked' })
  })

  it('ends every copy of the session, a renewed one too', async () => {
    const { begin, sessions, principalFor, at } = application()
    const cookie = await begin()
    at(now + 13 * hourMs)
    const res = responseTo()
    sessions.viewOf(requestWith(cookie), res).principal
    res.writeHead(200)
    const renewed = cookieAfter(res)
    expect(renewed).not.toBe(cookie)
    await sessions.end(requestWith(cookie), responseTo())
    expect(principalFor(renewed)).toMatchObject({ reason: 'revoked' })
  })

  it('renews no session that is over', async () => {
    const { begin, sessions, at } = application()
    const cookie = await begin()
    await sessions.end(requestWith(cookie), responseTo())
    at(now + 13 * hourMs)
    const res = responseTo()
    sessions.viewOf(requestWith(cookie), res).principal
    expect(setCookieLines(res)).toEqual([])
  })

  it('leaves the user’s other sessions alone', async () => {
    const { begin, sessions, principalFor } = application()
    const [phone, laptop] = [await begin(ada({ sessionId: 'phone' })), await begin()]
    await sessions.end(requestWith(phone), responseTo())
    expect(principalFor(laptop).status).toBe('signed-in')
  })

  it('takes the tokens out of the token store', async () => {
    const { begin, sessions, store } = application()
    await sessions.end(requestWith(await begin()), responseTo())
    expect(await store.tokenStore.get(ada().sessionId)).toBeUndefined()
  })

  it('answers the tokens that a version before kept unsealed', async () => {
    const { sessions, store, cookieOfBefore } = application()
    await store.tokenStore.put(
      ada().sessionId,
      { version: 0, sealed: JSON.stringify(tokens()) },
      ada().absoluteExpiresAt,
    )
    expect(await sessions.end(requestWith(cookieOfBefore()), responseTo())).toEqual(tokens())
    expect(await store.tokenStore.get(ada().sessionId)).toBeUndefined()
  })

  it('removes tokens that do not open, too', async () => {
    const { begin, sessions, store } = application()
    const cookie = await begin()
    await store.tokenStore.put(ada().sessionId, entry(), ada().absoluteExpiresAt)
    expect(await sessions.end(requestWith(cookie), responseTo())).toBeUndefined()
    expect(await store.tokenStore.get(ada().sessionId)).toBeUndefined()
  })

  it('clears the cookie of somebody who is signed out already, and answers no tokens', async () => {
    const { sessions } = application()
    const res = responseTo()
    expect(await sessions.end(requestWith(), res)).toBeUndefined()
    expect(setCookieLines(res)).toHaveLength(1)
  })

  it('may be asked for twice', async () => {
    const { begin, sessions, principalFor } = application()
    const cookie = await begin()
    await sessions.end(requestWith(cookie), responseTo())
    expect(await sessions.end(requestWith(cookie), responseTo())).toBeUndefined()
    expect(principalFor(cookie)).toMatchObject({ reason: 'revoked' })
  })

  it('clears the cookie when the revocation cannot be written, and says so', async () => {
    const { begin, sessions, fail } = application()
    const cookie = await begin()
    fail('revocations')
    const res = responseTo()
    await expect(sessions.end(requestWith(cookie), res)).rejects.toMatchObject({
      name: 'LoginError',
      code: 'sign_out_incomplete',
      status: 503,
    })
    expect(cookieAfter(res)).toBe('__Host-scalekit-session=')
  })

  it('ends the session without its tokens when the token store fails', async () => {
    const { begin, sessions, principalFor, fail } = application()
    const cookie = await begin()
    fail('tokenStore')
    const res = responseTo()
    expect(await sessions.end(requestWith(cookie), res)).toBeUndefined()
    expect(cookieAfter(res)).toBe('__Host-scalekit-session=')
    expect(principalFor(cookie)).toMatchObject({ reason: 'revoked' })
  })
})

describe('begin', () => {
  it('ends the session the browser had', async () => {
    const { begin, sessions, principalFor, store } = application()
    const old = await begin()
    const next = ada({ sessionId: 'next', sub: 'conn_1;alan' })
    await sessions.begin(requestWith(old), responseTo(), next, { tokens: tokens() })
    expect(principalFor(old)).toMatchObject({ reason: 'revoked' })
    expect(await store.tokenStore.get(ada().sessionId)).toBeUndefined()
    expect(await store.tokenStore.get('next')).toBeDefined()
  })

  it('sets no cookie when the tokens cannot be kept', async () => {
    const { sessions, fail } = application()
    fail('tokenStore')
    const res = responseTo()
    await expect(
      sessions.begin(requestWith(), res, ada(), { tokens: tokens() }),
    ).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(setCookieLines(res)).toEqual([])
  })

  it('sets no cookie and keeps no tokens when a removal could not find the session later', async () => {
    const { begin, sessions, principalFor, store, fail } = application()
    const old = await begin()
    fail('aliases')
    const res = responseTo()
    const next = ada({ sessionId: 'next' })
    await expect(
      sessions.begin(requestWith(old), res, next, { tokens: tokens() }),
    ).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(setCookieLines(res)).toEqual([])
    expect(await store.tokenStore.get('next')).toBeUndefined()
    expect(principalFor(old).status).toBe('signed-in')
  })

  it('leaves the old session alone when the tokens cannot be kept', async () => {
    const { begin, sessions, principalFor, fail } = application()
    const old = await begin()
    fail('tokenStore')
    const next = ada({ sessionId: 'next' })
    await expect(
      sessions.begin(requestWith(old), responseTo(), next, { tokens: tokens() }),
    ).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(principalFor(old).status).toBe('signed-in')
  })

  it('keeps no tokens of a session that cannot take the place of another', async () => {
    const { begin, sessions, store, fail } = application()
    const old = await begin()
    fail('revocations')
    const next = ada({ sessionId: 'next' })
    await expect(
      sessions.begin(requestWith(old), responseTo(), next, { tokens: tokens() }),
    ).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await store.tokenStore.get('next')).toBeUndefined()
  })

  it('leaves the old session alone when the new one fits in no cookie', async () => {
    const { begin, sessions, principalFor } = application()
    const old = await begin()
    const large = ada({ sessionId: 'next', roles: ['a'.repeat(5000)] })
    const res = responseTo()
    await expect(
      sessions.begin(requestWith(old), res, large, { tokens: tokens() }),
    ).rejects.toMatchObject({
      code: 'session_too_large',
    })
    expect(setCookieLines(res)).toEqual([])
    expect(principalFor(old).status).toBe('signed-in')
  })

  it('keeps no tokens of a session that fits in no cookie', async () => {
    const { sessions, store } = application()
    const large = ada({ roles: ['a'.repeat(5000)] })
    await expect(
      sessions.begin(requestWith(), responseTo(), large, { tokens: tokens() }),
    ).rejects.toMatchObject({ code: 'session_too_large' })
    expect(await store.tokenStore.get(large.sessionId)).toBeUndefined()
  })
})

describe('while the revocations of other processes are unknown', () => {
  it('nobody is signed in or out: the question is refused', async () => {
    const { begin, sessions, stale } = application()
    const cookie = await begin()
    stale(true)
    expect(sessions.isStale(requestWith(cookie))).toBe(true)
    expect(() => sessions.viewOf(requestWith(cookie), responseTo()).principal).toThrow(
      expect.objectContaining({ name: 'ScalekitError', code: 'store_unavailable', status: 503 }),
    )
  })

  it('whoever has no session is nobody, without waiting', () => {
    const { sessions, stale } = application()
    stale(true)
    expect(sessions.isStale(requestWith())).toBe(false)
    expect(sessions.viewOf(requestWith(), responseTo()).principal).toMatchObject({
      reason: 'no-session',
    })
  })

  it('no session counts as the one that a sign-in takes the place of', async () => {
    const { begin, sessions, stale } = application()
    const cookie = await begin()
    expect(await sessions.live(requestWith(cookie))).toMatchObject(ada())
    stale('for good')
    expect(await sessions.live(requestWith(cookie))).toBeUndefined()
  })

  it('a refresh brings the answer', async () => {
    const { begin, sessions, principalFor, stale } = application()
    const cookie = await begin()
    stale(true)
    await sessions.refresh()
    expect(sessions.isStale(requestWith(cookie))).toBe(false)
    expect(principalFor(cookie).status).toBe('signed-in')
  })
})

/** Sessions over a memory store whose parts can fail, and whose revocations can lie elsewhere. */
function application() {
  const { clock, at } = settableClock()
  const store = memoryStore({ clock })
  const failing = new Set<keyof StateStore>()
  function reliable<Part extends object>(name: keyof StateStore, part: Part): Part {
    return new Proxy(part, {
      get(target, method) {
        if (failing.has(name)) return () => Promise.reject(new Error('down'))
        return Reflect.get(target, method)
      },
    })
  }
  let isStale: boolean | 'for good' = false
  const replica = replicateRevocations(reliable('revocations', store.revocations), {
    clock,
    maxLagMs: 1000,
  })
  const secrets = [new Secret('a secret of these tests alone')]
  const { logger } = recordingLogger()
  const vault = tokenVault({
    tokenStore: reliable('tokenStore', store.tokenStore),
    secrets,
    instanceId: 'these tests',
    logger,
  })
  const sessions = liveSessions({
    storage: sealedCookie({
      name: 'scalekit-session',
      style: { isSecure: true },
      seal: sealer(secrets, 'session'),
      idleSeconds: 24 * 3600,
      clock,
    }),
    revocations: {
      ...replica,
      isFresh: () => !isStale,
      async refresh() {
        if (isStale !== 'for good') isStale = false
        return !isStale
      },
    },
    vault,
    aliases: reliable('aliases', store.aliases),
    newest: newestCookies({ clock, maxLagMs: undefined }),
    ...withoutSources(replica, clock),
    tellEnd() {},
    clock,
  })
  async function identityIn(cookie: string): Promise<Identity> {
    const identity = await sessions.live(requestWith(cookie))
    if (!identity) throw new Error('The cookie holds no live session')
    return identity
  }

  return {
    sessions,
    store,
    at,
    fail: (name: keyof StateStore) => failing.add(name),
    stale(value: typeof isStale) {
      isStale = value
    },
    /** Signs a fresh browser in and answers its cookie. */
    async begin(identity: Identity = ada(), authority?: Authority): Promise<string> {
      const res = responseTo()
      const kept = { tokens: tokens(), ...(authority ? { authority } : {}) }
      await sessions.begin(requestWith(), res, identity, kept)
      return cookieAfter(res)
    },
    principalFor: (cookie: string | undefined) =>
      sessions.viewOf(requestWith(cookie), responseTo()).principal,
    /** What the cookie itself holds. */
    identityIn,
    vault,
    /** The cookie of Ada's session as the version before made it. */
    cookieOfBefore() {
      const name = '__Host-scalekit-session'
      return `${name}=${sealer(secrets, 'session').seal(JSON.stringify(ada()), name)}`
    },
    keptFor: async (cookie: string) => vault.get(await identityIn(cookie)),
  }
}
