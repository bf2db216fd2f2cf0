import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { type Middleware, requireSameOrigin, type ScalekitAuth } from '../../../../src/index.ts'
import type { HostApp } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'
import { navigation } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
/** Over http, where browsers send no fetch metadata, and our pages’ forms come without an origin. */
const plainHttp = { ...navigation, ...form, 'Sec-Fetch-Site': undefined as unknown as string }

async function signedIn(mountMore?: (app: HostApp, auth: ScalekitAuth) => void) {
  const application = await start({
    mount(app, auth) {
      app.use(auth)
      mountMore?.(app, auth)
    },
  })
  const browser = application.visitor()
  await browser.signIn('/login?organization_id=acme', ada)
  const { body } = await browser.call('/me')
  return { ...application, browser, csrfToken: body.csrfToken as string }
}

function withoutMetadata(headers: Record<string, string> = {}) {
  const { 'Sec-Fetch-Site': _site, ...rest } = plainHttp
  return { ...rest, ...headers }
}

describe('the kit’s own forms, in a browser that sends neither metadata nor an origin,', () => {
  it.each([
    ['without an origin', {}],
    ['with a null origin', { Origin: 'null' }],
  ])('carry the token of the session: the sign-out page, %s', async (_which, headers) => {
    const { browser } = await signedIn()
    const page = await browser.open('/logout', { 'Sec-Fetch-Site': 'cross-site' }).expect(200)
    const [, csrf] = /name="csrf" value="([\w-]{43})"/.exec(page.text)!
    const sent = withoutMetadata(headers)
    await browser.post('/logout', sent).send('csrf=wrong').expect(403)
    await browser.post('/logout', sent).send(`other=${csrf}`).expect(403)
    await browser
      .post('/logout', sent)
      .send(`csrf=${csrf}&pad=${'x'.repeat(4096)}`)
      .expect(403)
    expect((await browser.call('/me')).body.status).toBe('signed-in')
    await browser.post('/logout', sent).send(`csrf=${csrf}`).expect(303)
    expect((await browser.call('/me')).body.status).toBe('signed-out')
  })

  it('are read where a parser of the application was first', async () => {
    const application = await start({
      mount(app, auth) {
        app.use(express.urlencoded() as unknown as Middleware)
        app.use(auth)
      },
    })
    const browser = application.visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const { body } = await browser.call('/me')
    await browser.post('/logout', withoutMetadata()).send(`csrf=${body.csrfToken}`).expect(303)
  })

  it('gain nothing where the browser says that another site sent them', async () => {
    const { browser, csrfToken } = await signedIn()
    const sent = { ...form, ...navigation, 'Sec-Fetch-Site': 'cross-site' }
    await browser.post('/logout', sent).send(`csrf=${csrfToken}`).expect(403)
    const other = withoutMetadata({ Origin: 'https://evil.example' })
    await browser.post('/logout', other).send(`csrf=${csrfToken}`).expect(403)
  })
})

describe('requireSameOrigin', () => {
  const guarded = (app: HostApp) => {
    app.use('/save', express.urlencoded() as unknown as Middleware)
    app.use('/save', requireSameOrigin())
    app.use('/save', (_req: IncomingMessage, res: ServerResponse) => void res.end('saved'))
  }

  it('passes forms and scripts of this site, and requests that change nothing', async () => {
    const { browser, url, csrfToken } = await signedIn(guarded)
    const sameOrigin = { ...form, ...navigation, 'Sec-Fetch-Site': 'same-origin' }
    await browser.post('/save', sameOrigin).send('a=1').expect(200)
    await browser
      .post('/save', withoutMetadata({ Origin: url }))
      .send('a=1')
      .expect(200)
    await browser.post('/save', withoutMetadata({ 'X-CSRF-Token': csrfToken })).expect(200)
    await browser.post('/save', withoutMetadata()).send(`csrf=${csrfToken}`).expect(200)
    await browser.open('/save', { 'Sec-Fetch-Site': 'cross-site' }).expect(200)
  })

  it.each([
    ['a form of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a form of a sister site', { 'Sec-Fetch-Site': 'same-site' }],
    ['a form of another site in an old browser', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['no word of where it comes from', {}],
    ['a wrong token', { 'Sec-Fetch-Site': 'same-origin', 'X-CSRF-Token': 'A'.repeat(43) }],
  ])('refuses %s', async (_what, headers) => {
    const { browser } = await signedIn(guarded)
    const answer = await browser.post('/save', withoutMetadata(headers)).send('a=1').expect(403)
    expect(answer.text).toContain('cross_site_request')
    const script = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', Accept: '*/*' }
    const sent = { ...withoutMetadata(headers), ...script }
    const called = await browser.post('/save', sent).send('a=1').expect(403)
    expect(called.body).toMatchObject({ code: 'cross_site_request' })
  })

  it('takes no token of another session, nor any where nobody is signed in', async () => {
    const { browser, visitor, csrfToken } = await signedIn(guarded)
    const other = visitor()
    await other.post('/save', withoutMetadata()).send(`csrf=${csrfToken}`).expect(403)
    await other.signIn('/login?organization_id=acme', ada)
    await other.post('/save', withoutMetadata()).send(`csrf=${csrfToken}`).expect(403)
    await browser.post('/save', withoutMetadata()).send(`csrf=${csrfToken}`).expect(200)
  })

  it('hands a refusal to the application where that asked for it', async () => {
    const { browser } = await signedIn((app, auth) => {
      app.use('/save', auth.requireSameOrigin({ refuse: 'next' }))
    })
    const answer = await browser.post('/save', { 'Sec-Fetch-Site': 'cross-site' }).expect(403)
    expect(answer.body).toMatchObject({ handledBy: 'application', code: 'cross_site_request' })
  })

  it('says so where it was mounted without being called', () => {
    expect(() => requireSameOrigin({ headers: {}, method: 'POST' } as never)).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    )
  })
})
