import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import {
  type ApplicationParts,
  applicationSession,
  mountAtRoot,
  showPrincipal,
} from '../../support/application.ts'
import { start } from '../../support/start.ts'
import type { Visitor } from '../../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

describe('the kind of session', () => {
  /** The kit at the root, and `express-session` only below `/shop`. */
  const half: ApplicationParts = {
    mount(app, auth) {
      app.use('/shop', applicationSession(new MemoryStore()))
      app.use(auth)
      app.use('/shop', showPrincipal)
      app.use('/other', showPrincipal)
      app.use('/silent', (_req, res) => void res.end())
    },
  }

  it('is settled by the first request with express-session that asks', async () => {
    const { visitor } = await start(half)
    await visitor().call('/silent').expect(200)
    await visitor().call('/shop').expect(200)
    await expectChanged(visitor(), '/other', 'This request came without')
    await visitor().call('/shop').expect(200)
    await visitor().call('/silent').expect(200)
  })

  it('is express-session where it comes after a session in a cookie, which is then over', async () => {
    const { visitor, log } = await start(half)
    const browser = visitor()
    await browser.signIn(home, ada)
    await browser.call('/other').expect(200)
    const { body } = await browser.call('/shop').expect(200)
    expect(body).toEqual({ status: 'signed-out', reason: 'no-session' })
    expect(log.filter((line) => line.startsWith('warn session_kind: '))).toHaveLength(1)
    // One application never has both.
    await expectChanged(browser, '/other', 'This request came without')
  })

  it('recovers where the first sign-in came while the application’s store was away', async () => {
    const store = new MemoryStore()
    const { visitor } = await start({
      mount(app, auth) {
        app.use(applicationSession(store))
        mountAtRoot(app, auth)
      },
    })
    store.emit('disconnect')
    const early = visitor()
    await early.signIn(home, ada)
    expect(early.cookieNames()).toEqual(['scalekit-session'])
    store.emit('connect')
    await early.call('/app').expect(401)
    await early.signIn(home, ada)
    await early.call('/app').expect(200)
    // The cookie of before would sign in again whenever the store is away.
    expect(early.cookieNames()).toEqual(['connect.sid'])
    await visitor().signIn(home, ada)
  })

  it('is not settled by visitors who come while the application’s store is away', async () => {
    const store = new MemoryStore()
    const { visitor } = await start({
      mount(app, auth) {
        app.use(applicationSession(store))
        mountAtRoot(app, auth)
      },
    })
    store.emit('disconnect')
    await visitor().call('/public').expect(200)
    store.emit('connect')
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(browser.cookieNames()).toEqual(['connect.sid'])
    await browser.call('/app').expect(200)
    store.emit('disconnect')
    const { body } = await browser.call('/me').expect(500)
    expect(body).toMatchObject({
      code: 'session_kind_changed',
      hint: expect.stringContaining('its store is disconnected'),
    })
    store.emit('connect')
    await browser.call('/app').expect(200)
  })

  it('that is set outright is not looked for', async () => {
    const { visitor } = await start({ ...half, options: { session: 'cookie' } })
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(browser.cookieNames()).toEqual(['scalekit-session'])
    for (const path of ['/shop', '/other']) {
      const { body } = await browser.call(path).expect(200)
      expect(body.user.email).toBe(ada)
    }
  })

  it('is not express-session where something else is called `req.session`', async () => {
    const { visitor } = await start({
      options: { session: 'auto' },
      mount(app, auth) {
        app.use((req, _res, next) => {
          Object.assign(req, { session: { scalekit: 'x' }, sessionID: 'x' })
          next()
        })
        mountAtRoot(app, auth)
      },
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(browser.cookieNames()).toEqual(['scalekit-session'])
    await browser.call('/app').expect(200)
  })
})

async function expectChanged(browser: Visitor, path: string, message: string) {
  const { body } = await browser.call(path).expect(500)
  expect(body).toMatchObject({ code: 'session_kind_changed' })
  expect(body.message).toContain(message)
}
