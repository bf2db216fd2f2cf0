import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
// @ts-expect-error The example is for JavaScript, too, and has no types.
import { createApp } from '../../examples/testing/app.js'
// @ts-expect-error The same.
import { start as startExample } from '../../examples/testing/start.js'
import { requireAuth, scalekitAuth } from '../../src/index.ts'
import { type SignInOptions, signIn } from '../../src/testing.ts'
import { applicationSession, mountAtRoot } from '../support/application.ts'
import { hasBrowser } from '../support/browser.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { selfSigned } from '../support/self-signed.ts'
import { start } from '../support/start.ts'
import { headingOf, pathOf, press, startPages, useBrowser } from './pages.ts'

const ada = 'ada@acme.example'

describe.runIf(hasBrowser)('the storage state of signIn(), in a browser', () => {
  const { newContext } = useBrowser()

  async function pageOf(storageState: Awaited<ReturnType<typeof signIn>>['storageState']) {
    const context = await newContext({ storageState, ignoreHTTPSErrors: true })
    return { context, page: await context.newPage() }
  }

  it('opens the pages of a signed-in user, in the application of the guide', async () => {
    const application = await startExample(createApp)
    onTestFinished(() => application.close())
    const { storageState } = await signIn(application.auth, ada)
    const { page } = await pageOf(storageState)
    await page.goto(`${application.baseUrl}/account`)
    expect(await page.locator('body').textContent()).toContain('Ada Lovelace')
  })

  it('is the state that the browser itself saves', async () => {
    const { auth, url } = await startPages()
    const { storageState } = await signIn(auth, ada)
    const { context, page } = await pageOf(storageState)
    await page.goto(`${url}/app`)
    expect(await headingOf(page)).toBe(ada)
    const rounded = (state: typeof storageState) =>
      state.cookies.map((cookie) => ({ ...cookie, expires: Math.round(cookie.expires / 60) }))
    const saved = await context.storageState()
    expect(rounded({ ...saved, origins: [] })).toEqual(rounded(storageState))
  })

  it('serves for one user: two browsers beside each other are two', async () => {
    const { auth, url } = await startPages()
    const [first, second] = await Promise.all(
      [ada, 'grace@acme.example'].map(async (who) =>
        pageOf((await signIn(auth, who)).storageState),
      ),
    )
    await first!.page.goto(`${url}/app`)
    await press(first!.page, 'button', 'Sign out')
    await second!.page.goto(`${url}/app`)
    expect(await headingOf(second!.page)).toBe('grace@acme.example')
    await first!.page.goto(`${url}/app`)
    expect(pathOf(first!.page)).toMatch(/^\/login/)
  })

  it.each<SignInOptions>([{ expired: true }, { revoked: true }])(
    'leads to a sign-in where the session is over: %o',
    async (over) => {
      const { auth, url } = await startPages()
      const { context, page } = await pageOf((await signIn(auth, ada, over)).storageState)
      expect(await context.cookies()).toHaveLength(1)
      await page.goto(`${url}/app`)
      expect(pathOf(page)).toMatch(/^\/login/)
    },
  )

  it('is kept where the session is in an express-session of the application', async () => {
    const { auth, app, url } = await start({
      mount(host, kit) {
        host.use(applicationSession())
        mountAtRoot(host, kit)
      },
    })
    const { page } = await pageOf((await signIn(auth, ada, { app })).storageState)
    await page.goto(`${url}/app`)
    expect(await page.locator('body').textContent()).toContain(ada)
  })

  it('is kept over https, where cookies have the prefix __Host-', async () => {
    const server = createServer(selfSigned)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}`
    const auth = scalekitAuth({
      environmentUrl: 'https://acme.scalekit.com',
      clientId: 'skc_1',
      clientSecret: 'test_aB3dE5fG7hJ9kL1mN3pQ5rS7',
      baseUrl,
      logger: recordingLogger().logger,
    })
    const app = express()
    app.use(auth)
    app.get('/app', requireAuth(), (req, res) => {
      res.type('text').send(req.scalekit.user?.email)
    })
    server.on('request', app)
    onTestFinished(async () => {
      await auth.close()
      server.closeAllConnections()
      server.close()
    })
    const { storageState, cookie } = await signIn(auth, { email: 'eve@initech.example' })
    expect(cookie).toMatch(/^__Host-/)
    const { page } = await pageOf(storageState)
    await page.goto(`${baseUrl}/app`)
    expect(await page.locator('body').textContent()).toBe('eve@initech.example')
  })
})
