import type { IncomingMessage, ServerResponse } from 'node:http'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import {
  memoryStore,
  type Next,
  type ScalekitAuthOptions,
  type ScalekitError,
} from '../../../../src/index.ts'
import type { HandledError } from '../../../support/hosts.ts'
import { isExpressSession } from '../../../support/session-cookie.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { background, navigation } from '../../../support/visitor.ts'
import { deliver, webhookSecret } from '../../../support/webhook.ts'

const ada = 'ada@acme.example'

/** Every route of the kit's is served. */
const allRoutes: ScalekitAuthOptions = {
  webhooks: { secret: webhookSecret, onUnknown() {} },
  interceptors: { secret: webhookSecret, onFailure: 'allow', onPreSessionCreation() {} },
  portal: { role: 'admin' },
}

/** A store in which the part of this name does not work. */
function brokenStore(part: 'ledger' | 'singleUse') {
  const store = memoryStore()
  const claim = () => Promise.reject(new Error('connection refused'))
  return { ...store, [part]: { ...store[part], claim } }
}

describe('a problem document', () => {
  it.each([
    ['/login', 'GET'],
    ['/callback', 'GET'],
    ['/logout', 'GET, POST'],
    ['/me', 'GET, HEAD'],
    ['/organizations', 'GET, HEAD'],
    ['/portal', 'GET'],
    ['/webhooks', 'POST'],
    ['/interceptors', 'POST'],
  ])('of %s for another method names those there are, and no sign-in', async (path, allowed) => {
    const { url } = await start({ options: allRoutes })
    const answer = await request(url).put(path).set(background).expect(405)
    expect(answer.headers.allow).toBe(allowed)
    expect(answer.body).toEqual({
      title: 'Method Not Allowed',
      status: 405,
      code: 'method_not_allowed',
      detail: expect.any(String),
    })
  })

  it('for what Scalekit did not sign names no sign-in', async () => {
    const { url } = await start({ options: allRoutes })
    const webhook = await deliver(url, { secret: `whsec_${'A'.repeat(32)}` }).expect(401)
    expect(webhook.body.code).toBe('webhook_signature_invalid')
    expect(webhook.body).not.toHaveProperty('loginUrl')
    expect(webhook.headers['www-authenticate']).toBeUndefined()
    const interceptor = await request(url).post('/interceptors').send({}).expect(400)
    expect(interceptor.body.code).toBe('webhook_headers_invalid')
    expect(interceptor.body).not.toHaveProperty('loginUrl')
  })

  it('for a delivery that the store cannot take names no sign-in either', async () => {
    const store = brokenStore('ledger')
    const { url } = await start({ options: { ...allRoutes, store } })
    const answer = await deliver(url).expect(503)
    expect(answer.body.code).toBe('store_unavailable')
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.body).not.toHaveProperty('loginUrl')
  })

  it.skipIf(isExpressSession)('for a mistake of the developer names no sign-in', async () => {
    const { visitor } = await start({
      options: { login: { onLogin: () => ({ user: { padding: 'x'.repeat(9000) } }) } },
    })
    const browser = visitor()
    const authorizeUrl = await browser.begin('/login?domain=acme.example')
    const answer = await browser.call(await signInAt(authorizeUrl.href, ada)).expect(500)
    expect(answer.body.code).toBe('session_too_large')
    expect(answer.body).not.toHaveProperty('loginUrl')
  })

  it('for a sign-in that did not succeed names another one', async () => {
    const { visitor } = await start()
    const answer = await visitor().call('/login').expect(400)
    expect(answer.body).toMatchObject({ code: 'navigation_required', loginUrl: '/login' })
  })

  it('for an outage says when to come back, as a page does', async () => {
    const { visitor } = await start({ options: { store: brokenStore('singleUse') } })
    for (const how of ['call', 'open'] as const) {
      const browser = visitor()
      const authorizeUrl = await browser.begin('/login?domain=acme.example')
      const answer = await browser[how](await signInAt(authorizeUrl.href, ada)).expect(503)
      expect(answer.text).toContain('store_unavailable')
      expect(answer.headers['retry-after']).toBe('5')
    }
  })
})

describe('an error of what the application begins itself', () => {
  /** An application that begins sign-ins and switches, and what its error handler gets. */
  async function beginning(options: ScalekitAuthOptions = {}) {
    const handed: ScalekitError[] = []
    const application = await start({
      options: { basePath: '/auth', ...options },
      mount(app, auth) {
        app.use('/begin', (req, res, next) => {
          auth.login(req, res, { organizationId: 'no\tsuch form' }).catch(next)
        })
        app.use('/switch', (req, res, next) => {
          auth.switchOrganization(req, res, 'globex').catch(next)
        })
        app.use((error: HandledError, _req: IncomingMessage, _res: ServerResponse, next: Next) => {
          handed.push(error as ScalekitError)
          next(error)
        })
      },
    })
    return { browser: application.visitor(), handed }
  }

  it('says where a sign-in starts', async () => {
    const { browser, handed } = await beginning()
    await browser.open('/begin').expect(400)
    expect(handed[0]).toMatchObject({
      name: 'LoginError',
      code: 'parameter_invalid',
      loginUrl: '/auth/login',
    })
  })

  it('says so where a switch needs a sign-in first', async () => {
    const { browser, handed } = await beginning()
    const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
    await browser.open('/switch', click).expect(401)
    expect(handed[0]).toMatchObject({
      name: 'AccessError',
      code: 'not_signed_in',
      loginUrl: '/auth/login',
    })
  })

  it.skipIf(isExpressSession)('that is a mistake of the developer does not', async () => {
    const { browser, handed } = await beginning({ session: 'express-session' })
    await browser.open('/switch', { ...navigation, 'Sec-Fetch-Site': 'same-origin' })
    expect(handed[0]).toMatchObject({ name: 'ConfigError', code: 'session_not_mounted' })
    expect(handed[0]).not.toHaveProperty('loginUrl')
  })
})
