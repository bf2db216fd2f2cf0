import { readFileSync } from 'node:fs'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/pages/app.ts'
import { french } from '../../examples/pages/french.ts'
import { createApp as createOwnPage } from '../../examples/pages/own-page.ts'
import { pageReaders } from '../../src/lib/config/pages.ts'
import { english } from '../../src/lib/config/texts/english.ts'
import { policyHash } from '../../src/lib/ground/html-document.ts'
import { root } from '../package/manifest.ts'
import { providerLinks, submitted } from '../support/email-page.ts'
import { runExample } from './run.ts'

const ada = 'ada@acme.example'
const inGerman = { 'Accept-Language': 'de-AT,de;q=0.9,en;q=0.5' }
const inFrench = { 'Accept-Language': 'fr-CH, en;q=0.4' }

describe('the example of pages', () => {
  it('asks in the language that the browser asks for', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const german = await visitor().open('/login', inGerman).expect(200)
    expect(german.text).toContain('<html lang="de">')
    expect(german.text).toContain('>Weiter mit Google<')
    expect(german.text).toContain('>Ihre E-Mail-Adresse in der Firma<')
    const third = await visitor().open('/login', inFrench).expect(200)
    expect(third.text).toContain('<html lang="fr">')
    expect(third.text).toContain('>Continuer avec Google<')
    const english = await visitor().open('/login', { 'Accept-Language': 'en' }).expect(200)
    expect(english.text).toContain('<html lang="en">')
    expect(english.text).toContain('>Continue with Google<')
  })

  it('has a third language in one object, with a text for each English one', () => {
    expect(placesIn(french)).toEqual(placesIn(english))
  })

  it('says in that language why an address leads nowhere, and where there is help', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const { text } = await visitor().open('/login?login_hint=a@nowhere.example', inFrench)
    expect(text).toContain('Aucune connexion n’existe pour cette adresse.')
    expect(text).toContain('<a href="mailto:help@initech.example">Obtenir de l’aide</a>')
  })

  it('has its name and its colors on every page, which lets through that style and nothing else', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const browser = visitor()
    const [asks, fails] = [await browser.open('/login'), await browser.open('/callback?error=x')]
    expect(fails.status).toBe(502)
    for (const { text, headers } of [asks, fails]) {
      const [, style] = /<style>(.*)<\/style>/s.exec(text)!
      expect(style).toContain('--accent: #0a7d4f')
      expect(text).toMatch(/<title>[^<]+ · Initech<\/title>/)
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src '${policyHash(style!)}'; base-uri 'none'; frame-ancestors 'none'`,
      )
    }
  })

  it('shows errors in the language of the browser', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const { text } = await visitor().open('/callback?error=access_denied', inGerman).expect(403)
    expect(text).toContain('<html lang="de">')
    expect(text).toContain('<code>login_denied</code>')
    expect(text).toContain('Sie wurden nicht angemeldet')
  })

  it('tells a user whom it does not let in why, and nothing of what is for the log', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const { status, text } = await visitor().trySignIn('/login?domain=acme.example', alan)
    expect([status, text.includes('All seats of your plan are taken.')]).toEqual([403, true])
    expect(text).not.toContain('no seat left')
  })

  it('signs out from a page of its own without asking', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const form = { 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html' }
    const { headers } = await browser.post('/logout', form).expect(303)
    expect(headers.location).toContain('/oidc/logout?')
  })
})

const alan = 'alan@acme.example'

/** Where the texts are, whatever they say. */
function placesIn(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === 'string' ? `${path}${name}` : placesIn(value, `${path}${name}.`),
  )
}

describe('a page of one’s own', () => {
  it('leads to the sign-in and back', async () => {
    const { visitor } = await runExample((options) => createOwnPage(options))
    const browser = visitor()
    const { text } = await browser.open('/login?return_to=/there').expect(200)
    expect(text).toContain('<img src="/logo.svg"')
    const back = await browser.signIn(submitted(text, ada), ada)
    expect(back.headers.location).toBe('/there')
  })

  it('says why an address leads nowhere, and repeats it without harm', async () => {
    const { visitor } = await runExample((options) => createOwnPage(options))
    const page = await visitor().open("/login?login_hint=o'neil@nowhere.example").expect(200)
    expect(page.text).toContain('<p role="alert">We couldn’t find single sign-on for this email.')
    expect(page.text).toContain('value="o&#39;neil@nowhere.example"')
    expect(providerLinks(page.text)).toEqual([])
  })

  it('cannot be framed or cached, besides what the application says itself', async () => {
    const { visitor } = await runExample((options) => {
      const app = express()
      app.use((_req, res, next) => {
        res.setHeader('Content-Security-Policy', "img-src 'self'")
        next()
      })
      return app.use(createOwnPage(options))
    })
    for (const [path, status] of [
      ['/login', 200],
      ['/login?prompt=now', 400],
    ] as const) {
      const { headers } = await visitor().open(path).expect(status)
      expect(headers['content-security-policy']).toBe("img-src 'self', frame-ancestors 'none'")
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  it('tells a user whom their company removed, on both pages and in their language', async () => {
    const { visitor, emulator } = await runExample((options, { webhookSecret }) =>
      createOwnPage({ webhooks: { secret: webhookSecret }, ...options }),
    )
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
    directory.updateUser(directory.users.find(({ email }) => email === ada)!.id, { active: false })
    await emulator.settled()
    const notice = '<p role="status">Ihre Organisation hat Ihre Sitzung beendet.'
    expect((await browser.open('/login', inGerman)).text).toContain(notice)
    const { text } = await browser.open('/callback?error=access_denied', inGerman).expect(403)
    expect(text).toContain(notice)
    expect(text).toContain('<p>Die Anmeldung wurde abgebrochen, oder')
  })

  it('says who was refused, and signs them out by a form', async () => {
    const { visitor } = await runExample((options) => createOwnPage(options))
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const { text } = await browser.open('/reports').expect(403)
    expect(text).toContain('<img src="/logo.svg"')
    expect(text).toContain(`<p>${ada}</p>`)
    expect(text).toContain('<code>role_required</code>')
    const [, csrf] = /<input type="hidden" name="csrf" value="([^"]+)">/.exec(text)!
    const plain = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const out = browser.post('/logout', { ...plain, Accept: 'text/html' }).send(`csrf=${csrf}`)
    expect((await out.expect(303)).headers.location).toContain('/oidc/logout?')
    await browser.call('/me').expect(200, /signed-out/)
  })
})

describe('the guide', () => {
  it('names every option of pages', () => {
    const guide = readFileSync(root('examples/pages/README.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| `pages\.(\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(Object.keys(pageReaders))
  })
})
