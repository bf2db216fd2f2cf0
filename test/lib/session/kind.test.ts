import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import {
  type ApplicationParts,
  applicationSession,
  mountAtRoot,
  showPrincipal,
} from '../../support/application.ts'
import { start } from '../../support/start.ts'

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

  it.each([
    ['without', '/other', '/shop', 'This request came with'],
    ['with', '/shop', '/other', 'This request came without'],
  ])('is settled by the first request that asks, one %s express-session', async (...row) => {
    const [, first, second, message] = row
    const { visitor } = await start(half)
    await visitor().call('/silent').expect(200)
    await visitor().call(first).expect(200)
    const { body } = await visitor().call(second).expect(500)
    expect(body).toMatchObject({ code: 'session_kind_changed' })
    expect(body.message).toContain(message)
    await visitor().call(first).expect(200)
    await visitor().call('/silent').expect(200)
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
