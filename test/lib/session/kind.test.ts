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

  it('is settled by the first session in a cookie', async () => {
    const { visitor } = await start(half)
    const browser = visitor()
    await browser.signIn(home, ada)
    await expectChanged(visitor(), '/shop', 'This request came with')
    await browser.call('/other').expect(200)
  })

  it('stays settled by a cookie where the process that began the session has ended', async () => {
    const { visitor, emulator, url } = await start(half)
    const browser = visitor()
    await browser.signIn(home, ada)
    const cookie = `scalekit-session=${browser.cookie('scalekit-session')}`
    const next = await start({ ...half, emulator, options: { baseUrl: url } })
    const { body } = await next.visitor().call('/other', { cookie }).expect(200)
    expect(body.user.email).toBe(ada)
    await expectChanged(next.visitor(), '/shop', 'This request came with')
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
