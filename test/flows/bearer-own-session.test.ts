import { MemoryStore, type SessionData } from 'express-session'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { signIn } from '../../src/testing.ts'
import { startBearer } from '../support/bearer.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { openSocket, socketServer } from '../support/sockets.ts'

/** A store of `express-session` that counts how often a session is read. */
class CountingStore extends MemoryStore {
  reads = 0

  override get(
    sid: string,
    callback: (error: unknown, session?: SessionData | null) => void,
  ): void {
    this.reads += 1
    super.get(sid, callback)
  }
}

async function scene() {
  const store = new CountingStore()
  const sockets = socketServer()
  const application = await startBearer(
    { session: { store }, portal: { role: 'admin' } },
    { attach: sockets.attach },
  )
  const { auth, app, keys } = application
  const { cookie } = await signIn(auth, { email: 'ada@acme.example' }, { app })
  store.reads = 0
  return { ...application, cookie, sockets, store, token: `Bearer ${await keys.personsToken()}` }
}

// In that project, the application has an `express-session` of its own.
describe.skipIf(isExpressSession)('with `session: { store }`, a cookie beside a token', () => {
  it.each([
    ['get', '/app'],
    ['get', '/me'],
    ['get', '/organizations'],
    ['get', '/portal'],
    ['post', '/logout'],
  ] as const)('is neither read nor set by %s %s', async (method, path) => {
    const { url, cookie, store, token } = await scene()
    for (const authorization of [token, 'Bearer x']) {
      const headers = { authorization, cookie, 'sec-fetch-site': 'same-origin' }
      const { headers: sent } = await request(url)[method](path).set(headers)
      expect(sent['set-cookie']).toBeUndefined()
    }
    expect(store.reads).toBe(0)
    await request(url).get('/me').set({ cookie }).expect(200)
    expect(store.reads).toBe(1)
  })

  it('is not read by auth.authenticate()', async () => {
    const { url, cookie, sockets, store, token } = await scene()
    await openSocket(url, { Authorization: token, Cookie: cookie })
    expect(sockets.connections[0]?.principal).toMatchObject({ via: 'bearer' })
    expect(store.reads).toBe(0)
    await openSocket(url, { Origin: url, Cookie: cookie })
    expect(sockets.connections[1]?.principal).toMatchObject({ via: 'session' })
    expect(store.reads).toBe(1)
  })
})
