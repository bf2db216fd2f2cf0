import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/quick-start/app.ts'
import { type RunningExample, runExample } from '../examples/run.ts'
import { hasBrowser, photograph } from '../support/browser.ts'
import { press, useBrowser } from './pages.ts'

/** A page that was come to by links, by its address without the query. */
interface Visited {
  readonly heading: string
  /** Where its links lead. */
  readonly links: readonly string[]
  readonly buttons: number
}

// Dozens of pages are opened.
const patient = { timeout: 60_000 }

describe.runIf(hasBrowser)('the quick start, from page to page,', patient, () => {
  const { newContext } = useBrowser()

  async function open(): Promise<RunningExample & { readonly page: Page }> {
    const example = await runExample((options, emulator) =>
      createApp(emulator.organizations, {
        ...options,
        webhooks: { secret: emulator.webhookSecret },
      }),
    )
    return { ...example, page: await (await newContext()).newPage() }
  }

  it('leads a visitor on from wherever a link or a typed address leads', async () => {
    const { page, url, emulator } = await open()
    const typed = ['organizations', 'admin', 'portal', 'callback', 'logout', 'nowhere', 'login']
    const unknown = 'login?login_hint=me@mine.example'
    const dead = ['oidc/logout', 'magicLink/none', 'oauth/authorize']
    const pages = await walk(page, [
      ...[url, ...typed.map((path) => `${url}/${path}`), `${url}/${unknown}`],
      ...dead.map((path) => `${emulator.url}/${path}`),
    ])
    expect(headings(pages)).toEqual([
      'Admin portal of Acme',
      'Admin portal of Globex',
      'Directory of Acme',
      'Directory of Globex',
      'Scalekit emulator',
      'Sign in',
      'Sign in to Acme',
      'Sign in to Globex',
      'Signed out',
      'This link does not open anything',
      'This link is not valid',
      'This sign-in cannot start',
    ])
    expect(deadEnds(pages, url)).toEqual([])
  })

  it('leads a member on, whether they may see a page or not', async () => {
    const { page, url, emulator } = await open()
    await signIn(page, url, 'Acme', 'Alan Turing')
    const paths = ['', 'organizations', 'nowhere', 'logout']
    const pages = await walk(page, [...paths.map((path) => `${url}/${path}`), emulator.url])
    expect(headings(pages)).toEqual(
      expect.arrayContaining([
        'Alan Turing',
        'Sign in to Globex',
        'Sign out?',
        'You do not have access',
      ]),
    )
    expect(deadEnds(pages, url)).toEqual([])
  })

  it('leads on from every button of an identity provider', async () => {
    const { page, url } = await open()
    const after: string[] = []
    for (let index = 0; index < 7; index += 1) {
      await page.goto(url)
      await press(page, 'link', 'Acme')
      await page.getByRole('button').nth(index).click()
      await page.getByRole('link').first().waitFor()
      after.push((await visible(page, 'h1'))[0]!)
      if (index < 3) await press(page, 'button', 'Sign out')
    }
    expect(after).toEqual([
      ...['Ada Lovelace', 'Grace Hopper', 'Alan Turing'],
      ...['You were not signed in', 'You do not have access', 'You cancelled the sign-in'],
      'Your identity provider had a problem',
    ])
  })

  it('names the addresses that it knows, and leads back to the start', async () => {
    const { page, url } = await open()
    await page.goto(`${url}/login`)
    await page.getByRole('textbox').fill('me@mine.example')
    await page.keyboard.press('Enter')
    await page.getByText('Use an address of acme.example or globex.example here.').waitFor()
    await photograph(page, 'quick-start-unknown')
    await press(page, 'link', 'Go to the start page')
    await page.getByRole('link', { name: 'Globex' }).waitFor()
  })

  it('keeps the page of a directory open after each of its buttons', async () => {
    const { page, url } = await open()
    await page.goto(url)
    await press(page, 'link', 'An emulator')
    await photograph(page, 'emulator-home')
    await page.getByRole('link', { name: 'Edit the directory' }).first().click()
    await page.getByLabel('Name').fill('Mary Shaw')
    await page.getByLabel('Email address').fill('mary@acme.example')
    await page.getByRole('button', { name: 'Add' }).click()
    const mary = page.locator('form[aria-label="Mary Shaw"]')
    for (const button of ['Deactivate', 'Reactivate', 'Remove']) {
      await mary.getByRole('button', { name: button }).click()
      if (button === 'Reactivate') continue
      await page.getByRole('heading', { name: `${button} Mary Shaw?` }).waitFor()
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('heading', { name: 'Directory of Acme' }).waitFor()
    }
    await mary.waitFor({ state: 'detached' })
    await press(page, 'link', 'Scalekit emulator')
    await press(page, 'link', url)
    await page.getByRole('link', { name: 'Acme' }).waitFor()
  })

  it('lets single sign-on be switched on again from the emulator’s home page', async () => {
    const { page, url } = await open()
    await signIn(page, url, 'Acme', 'Ada Lovelace')
    await press(page, 'link', 'Admin portal')
    const portal = page.frameLocator('iframe')
    await portal.getByRole('button', { name: 'Disable single sign-on' }).click()
    await portal.getByRole('heading', { name: 'Disable single sign-on of Acme?' }).waitFor()
    await portal.getByRole('button', { name: 'Disable single sign-on' }).click()
    await page.getByText('Single sign-on is now switched off.').waitFor()
    await portal.getByRole('link', { name: 'Scalekit emulator' }).click()
    await page.getByRole('heading', { name: 'Scalekit emulator' }).waitFor()
    await page.getByRole('link', { name: 'Open the admin portal' }).first().click()
    await page.getByRole('button', { name: 'Enable single sign-on' }).click()
    await page.getByRole('button', { name: 'Disable single sign-on' }).waitFor()
    await signIn(page, url, 'Acme', 'Grace Hopper')
  })
})

async function signIn(page: Page, url: string, customer: string, person: string): Promise<void> {
  await page.context().clearCookies()
  await page.goto(url)
  await press(page, 'link', customer)
  await press(page, 'button', person)
  await page.getByRole('heading', { name: person }).waitFor()
}

/** Follows every link from these addresses on, and opens each page once. */
async function walk(page: Page, from: readonly string[]): Promise<ReadonlyMap<string, Visited>> {
  const pages = new Map<string, Visited>()
  const waiting = [...from]
  const seen = new Set<string>()
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next)) continue
    seen.add(next)
    await page.goto(next)
    const visited = await lookAt(page)
    pages.set(next, visited)
    waiting.push(...visited.links)
  }
  return pages
}

async function lookAt(page: Page): Promise<Visited> {
  const [heading] = await visible(page, 'h1')
  const links = await page
    .locator('a:visible')
    .evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).href))
  const buttons = await page.locator('button:visible').count()
  return { heading: heading ?? '', links, buttons }
}

async function visible(page: Page, selector: string): Promise<string[]> {
  await page.locator(`${selector}:visible`).first().waitFor()
  return page.locator(`${selector}:visible`).allTextContents()
}

function headings(pages: ReadonlyMap<string, Visited>): string[] {
  return [...new Set([...pages.values()].map(({ heading }) => heading))].sort()
}

/** The pages without a button from which no links lead to the start page, either. */
function deadEnds(pages: ReadonlyMap<string, Visited>, url: string): string[] {
  const leading = new Set([`${url}/`])
  for (let before = 0; before < leading.size; ) {
    before = leading.size
    for (const [address, { links }] of pages) {
      if (links.some((link) => leading.has(link))) leading.add(address)
    }
  }
  return [...pages].flatMap(([address, { buttons }]) =>
    buttons > 0 || leading.has(address) ? [] : [address],
  )
}
