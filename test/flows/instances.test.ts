import { MemoryStore } from 'express-session'
import { expect, it, onTestFinished } from 'vitest'
import { type ScalekitAuthOptions, scalekitAuth } from '../../src/index.ts'
import { startEmulator } from '../../src/testing.ts'
import { showPrincipal } from '../support/application.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { navigation } from '../support/visitor.ts'

/** One application with two instances, for two environments, below `/a` and `/b`. */
async function twoInstances() {
  const second = await startEmulator()
  onTestFinished(() => second.close())
  const { logger } = recordingLogger()
  const application = await start({
    options: { name: 'a', basePath: '/a' },
    callback: '/a/callback',
    mount(app, auth) {
      const other = scalekitAuth({
        ...second.options,
        baseUrl: 'http://localhost:3000',
        name: 'b',
        basePath: '/b',
        logger,
      })
      app.use(auth)
      app.use(other)
      app.use('/in-a', auth.requireAuth())
      app.use('/in-a', showPrincipal)
      app.use('/in-b', other.requireAuth())
      app.use('/in-b', showPrincipal)
    },
  })
  return { ...application, second }
}

it('keeps the sessions and sign-ins of two environments apart', async () => {
  const { visitor, emulator, second } = await twoInstances()
  const browser = visitor()
  await browser.signIn('/a/login?domain=acme.example', 'ada@acme.example')
  await browser.call('/in-a').expect(200)
  const refused = await browser.call('/in-b').expect(401)
  expect(refused.body.loginUrl).toBe('/b/login')
  expect(browser.cookieNames()).toEqual([isExpressSession ? sessionCookie : 'a-session'])
  expect(emulator.requests.length).toBeGreaterThan(0)
  expect(second.requests).toEqual([])
})

it('does not finish at one what was begun at the other', async () => {
  const { visitor, emulator } = await twoInstances()
  const browser = visitor()
  const authorizeUrl = await browser.begin('/a/login?organization_id=org_69615647365005430')
  const callbackUrl = new URL(await signInAt(authorizeUrl.href, 'ada@acme.example'))
  const crossed = `/b/callback${callbackUrl.search}`
  const answer = await browser.call(crossed).expect(400)
  expect(answer.body.code).toMatch(/^login_(cookies_refused|state_missing)$/)
  expect(emulator.requests.filter(({ path }) => path === '/oauth/token')).toEqual([])
  await browser.open(callbackUrl.href).expect(302)
  await browser.call('/in-a').expect(200)
})

it('opens no session of another client, though name and secret are the same', async () => {
  const secret = '0Z5n8Jx2Qe7Lr4Vt9Wb1Yk6Mc3Hd5Pg8'
  const host = { store: new MemoryStore() }
  const { visitor, emulator, url } = await start({ ...host, options: { secret } })
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
  const statusAt = async (options: ScalekitAuthOptions) => {
    const other = await start({ ...host, emulator, options: { secret, baseUrl: url, ...options } })
    return (await other.visitor().call('/app', { cookie })).status
  }
  expect(await statusAt({})).toBe(200)
  expect(await statusAt({ clientId: 'skc_2' })).toBe(401)
  expect(await statusAt({ issuer: 'https://other.example' })).toBe(401)
})

it('ends at one what the other of the same client began, though they share no store', async () => {
  const host = { store: new MemoryStore() }
  const { visitor, emulator, url } = await start(host)
  const other = await start({ ...host, emulator, options: { baseUrl: url } })
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
  await visitor().call('/app', { cookie }).expect(200)
  await other
    .visitor()
    .post('/logout', { ...navigation, 'Sec-Fetch-Site': 'same-origin', cookie })
    .expect(303)
  await visitor().call('/app', { cookie }).expect(401)
})
