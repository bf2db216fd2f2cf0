import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PageOptions } from '../../src/index.ts'
import type { Application } from '../support/application.ts'
import { hasBrowser } from '../support/browser.ts'
import { start } from '../support/start.ts'
import { denialMessage, remove, signIn, startWithAllPages } from './kit-pages.ts'
import { headingOf, pathOf, press, useBrowser } from './pages.ts'

const [ada, alan] = ['ada@acme.example', 'alan@acme.example']

describe.runIf(hasBrowser)('what was a dead end, in a browser,', { timeout: 60_000 }, () => {
  const { newContext } = useBrowser()

  async function open(pages: PageOptions = {}): Promise<{ page: Page; application: Application }> {
    const application = await startWithAllPages(pages)
    onTestFinished(() => application.close())
    return { application, page: await (await newContext()).newPage() }
  }

  /** The links and buttons of a page, in the order in which they are shown. */
  function choicesOn(page: Page): Promise<string[]> {
    return page.locator('main a:visible, main button:visible').allTextContents()
  }

  it('a refusal on the start page says who is signed in, and how to be someone else', async () => {
    const { url } = await start({
      mount(app, auth) {
        app.use(auth)
        app.use(auth.requireRole('admin'))
        app.use((_req, res) => res.end('<h1>Administration</h1>'))
      },
    })
    const page = await (await newContext()).newPage()
    await signIn(page, { url })
    expect(await headingOf(page)).toBe('You do not have access')
    expect(await page.getByText('You are signed in as').textContent()).toContain(alan)
    expect(await choicesOn(page)).toEqual(['Use another account', 'Sign out'])
    await press(page, 'button', 'Sign out')
    await page.goto(`${url}/login?domain=acme.example`)
    await press(page, 'button', 'Ada Lovelace')
    expect(await headingOf(page)).toBe('Administration')
  })

  it('a refusal offers the organizations that this browser knows', async () => {
    const { page, application } = await open()
    const { url } = application
    await signIn(page, application, 'Grace Hopper')
    await page.goto(`${url}/login?domain=globex.example`)
    await press(page, 'button', 'Grace Hopper')
    await page.goto(`${url}/admin?tab=1`)
    expect(await choicesOn(page)).toEqual([
      'Use another account',
      'Switch to Acme',
      'Go to the start page',
      'Sign out',
      'Get help',
    ])
    await press(page, 'link', 'Switch to Acme')
    await page.waitForURL(/oauth\/authorize|\/admin\?tab=1/)
  })

  it('cancelling is no refusal, and one press away from another try', async () => {
    const { page, application } = await open()
    await signIn(page, application, 'Cancel')
    expect(await headingOf(page)).toBe('You cancelled the sign-in')
    expect(await choicesOn(page)).toEqual(['Sign in again', 'Go to the start page', 'Get help'])
    await press(page, 'link', 'Sign in again')
    await press(page, 'button', 'Ada Lovelace')
    await page.goto(`${application.url}/app`)
    expect(await page.textContent('body')).toContain(ada)
  })

  it('what may be a cancel or a refusal says both, and offers another account', async () => {
    const { page, application } = await open()
    await signIn(page, application, 'Charles Babbage')
    expect(await headingOf(page)).toBe('You were not signed in')
    await press(page, 'link', 'Use another account')
    expect(await headingOf(page)).toBe('Sign in')
    await page.getByLabel('Work email').fill(ada)
    await press(page, 'button', 'Continue')
    await press(page, 'button', 'Ada Lovelace')
    await page.goto(`${application.url}/app`)
    expect(await page.textContent('body')).toContain(ada)
  })

  it('a denial by onLogin shows its message, and no way to the same denial', async () => {
    const { page, application } = await open()
    await page.goto(`${application.url}/login?domain=globex.example`)
    await press(page, 'button', 'Edsger Dijkstra')
    await page.getByText(denialMessage).waitFor()
    expect(await page.textContent('body')).not.toContain('no seat left')
    expect(await choicesOn(page)).toEqual([
      'Use another account',
      'Go to the start page',
      'Get help',
    ])
  })

  it('an unknown company has help, another address and other ways to sign in', async () => {
    const { page, application } = await open()
    await page.goto(`${application.url}/login?login_hint=a@nowhere.example&return_to=/app`)
    expect(await choicesOn(page)).toEqual([
      'Continue',
      'Continue with Google',
      'Go to the start page',
      'Get help',
    ])
    const help = page.getByRole('link', { name: 'Get help' })
    expect(await help.getAttribute('href')).toBe('mailto:help@initech.example')
    await page.getByLabel('Work email').fill(ada)
    await press(page, 'button', 'Continue')
    await press(page, 'button', 'Ada Lovelace')
    expect(pathOf(page)).toBe('/app')
  })

  it('a user whom their company removed reads that', async () => {
    const { page, application } = await open()
    await signIn(page, application)
    await page.goto(`${application.url}/app`)
    await remove(application, alan)
    await page.reload()
    expect(await headingOf(page)).toBe('Sign in')
    await page.getByText('Your organization ended your session.').waitFor()
    const other = await (await newContext()).newPage()
    await other.goto(page.url())
    expect(await other.getByText('Your organization ended your session.').count()).toBe(0)
  })

  it.each([
    ['Sign out', '/logout'],
    ['Switch', ''],
  ])('the button %j is not the one that stands out', async (button, path) => {
    const { page, application } = await open()
    const { emulator, url } = application
    await signIn(page, application)
    const link = path ? url + path : await emulator.idpInitiatedLogin('katherine@globex.example')
    await page.goto(link)
    expect(await page.locator('main .first').textContent()).toBe('Stay signed in')
    expect(await choicesOn(page)).toEqual(['Stay signed in', button])
    await press(page, 'link', 'Stay signed in')
    await page.goto(`${url}/app`)
    expect(await page.textContent('body')).toContain(alan)
  })

  it('a page of the application’s own stands in its place', async () => {
    const { page, application } = await open({
      error({ title, signedIn, ways }, _req, res) {
        const links = ways.map(({ label, url }) => `<a href="${url}">${label}</a>`)
        res.setHeader('Content-Type', 'text/html; charset=utf-8')
        res.end(`<h1>Initech: ${title}</h1><p>${signedIn?.email}</p>${links.join(' ')}`)
      },
    })
    await signIn(page, application)
    await page.goto(`${application.url}/admin`)
    expect(await headingOf(page)).toBe('Initech: You do not have access')
    expect(await page.textContent('p')).toBe(alan)
    await press(page, 'link', 'Use another account')
  })

  it('the error handler of the application answers where it says so', async () => {
    const { page, application } = await open({ errors: 'next' })
    await signIn(page, application, 'Cancel')
    expect(await page.textContent('body')).toContain('"handledBy":"application"')
    expect(await page.textContent('body')).toContain('login_cancelled')
    await signIn(page, application)
    await page.goto(`${application.url}/admin`)
    expect(await page.textContent('body')).toContain('role_required')
  })
})
