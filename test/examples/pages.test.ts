import { readFileSync } from 'node:fs'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/pages/app.ts'
import { createApp as createOwnPage } from '../../examples/pages/own-page.ts'
import { pageTextReaders } from '../../src/lib/config/pages.ts'
import { policyHash } from '../../src/lib/ground/html-document.ts'
import { root } from '../package/manifest.ts'
import { providerLinks, submitted } from '../support/email-page.ts'
import { runExample } from './run.ts'

const ada = 'ada@acme.example'
const inGerman = { 'Accept-Language': 'de-AT,de;q=0.9,en;q=0.5' }

describe('the example of pages', () => {
  it('asks in the language that the browser asks for', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const german = await visitor().open('/login', inGerman).expect(200)
    expect(german.text).toContain('<html lang="de">')
    expect(german.text).toContain('>Weiter mit Google<')
    const english = await visitor().open('/login', { 'Accept-Language': 'en' }).expect(200)
    expect(english.text).toContain('<html lang="en">')
    expect(english.text).toContain('>Continue with Google<')
  })

  it('says in that language why an address leads nowhere', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const { text } = await visitor().open('/login?login_hint=a@nowhere.example', inGerman)
    expect(text).toContain('Wir kennen kein Unternehmen mit dieser Adresse.')
  })

  it('has its colors on every page, which lets through that style and nothing else', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const browser = visitor()
    const [asks, fails] = [await browser.open('/login'), await browser.open('/callback?error=x')]
    expect(fails.status).toBe(502)
    for (const { text, headers } of [asks, fails]) {
      const [, style] = /<style>(.*)<\/style>/s.exec(text)!
      expect(style).toContain('--accent: #0a7d4f')
      expect(headers['content-security-policy']).toBe(
        `default-src 'none'; style-src '${policyHash(style!)}'; base-uri 'none'; frame-ancestors 'none'`,
      )
    }
  })

  it('shows English errors to all', async () => {
    const { visitor } = await runExample((options) => createApp(options))
    const { text } = await visitor().open('/callback?error=access_denied', inGerman).expect(403)
    expect(text).toContain('<html lang="en">')
    expect(text).toContain('<code>login_denied</code>')
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
    expect(page.text).toContain('<p role="alert">No company signs in with this address.')
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
    const { headers } = await visitor().open('/login').expect(200)
    expect(headers['content-security-policy']).toBe("img-src 'self', frame-ancestors 'none'")
    expect(headers['cache-control']).toBe('no-store')
  })
})

describe('the guide', () => {
  it('names every text of the page', () => {
    const guide = readFileSync(root('examples/pages/README.md'), 'utf8')
    const rows = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual(Object.keys(pageTextReaders))
  })
})
