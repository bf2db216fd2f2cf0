import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const onAnotherSite = { 'Sec-Fetch-Site': 'cross-site' }

/** The query of the first link of a page to `/login`, by its names. */
function retryOn({ text }: Response): Record<string, string> {
  const link = /href="(\/login[^"]*)"/.exec(text)![1]!.replaceAll('&amp;', '&')
  return Object.fromEntries(new URL(link, 'http://app').searchParams)
}

async function failed(loginUrl: string, login: ScalekitAuthOptions['login'] = {}) {
  const { visitor, emulator } = await start({ options: { login } })
  const browser = visitor()
  return { emulator, browser, answer: await browser.open(loginUrl) }
}

describe('a sign-in that failed before the browser left for Scalekit', () => {
  it('is tried again with all that it named', async () => {
    const { emulator, visitor } = await start({ options: { login: { forward: ['made_up'] } } })
    emulator.fail({ path: '/.well-known/openid-configuration', status: 503 })
    const asked = {
      organization_id: 'org_69615647365005430',
      login_hint: ada,
      prompt: 'login',
      ui_locales: 'de',
      acr_values: 'urn:mfa',
      return_to: '/reports?tab=1',
      made_up: 'x',
    }
    const answer = await visitor()
      .open(`/login?${new URLSearchParams(asked)}`)
      .expect(502)
    expect(answer.text).toContain('provider_failed')
    expect(retryOn(answer)).toEqual(asked)
  })

  it('says so to a script, too', async () => {
    const { visitor } = await start()
    const { body } = await visitor().call('/login?organization_id=acme&return_to=/a').expect(400)
    expect(body.loginUrl).toBe('/login?organization_id=acme&return_to=%2Fa')
  })

  it('is tried again with another target where its own is unknown', async () => {
    const { answer } = await failed('/login?organization_id=nowhere&return_to=/reports')
    expect(answer.text).toContain('target_unknown')
    expect(retryOn(answer)).toEqual({ prompt: 'login', return_to: '/reports' })
  })

  it('is tried again where login.resolve failed', async () => {
    const resolve = () => Promise.reject(new Error('no database'))
    const { answer } = await failed('/login?login_hint=ada@acme.example&return_to=/a', { resolve })
    expect(answer.text).toContain('login_resolve_failed')
    expect(retryOn(answer)).toEqual({ login_hint: ada, return_to: '/a' })
  })

  it.each([
    ['prompt=now&organization_id=acme', { organization_id: 'acme' }],
    ['prompt=now&allow_anonymous=1&organization_id=acme', { organization_id: 'acme' }],
    ['organization_id=acme&organization_id=globex&ui_locales=de', { ui_locales: 'de' }],
    ['provider=google&organization_id=acme&ui_locales=de', { ui_locales: 'de' }],
    ['provider=google&ui_locales=de', { ui_locales: 'de' }],
    ['parameters=forged&acr_values=urn:mfa', { acr_values: 'urn:mfa' }],
    ['ui_locales=%0Ade&domain=acme.example', { domain: 'acme.example' }],
    ['made_up=&made_up=2&made_up=3&domain=acme.example', { domain: 'acme.example' }],
  ])('is tried again without the wrong part of %s', async (query, kept) => {
    const login = { forward: ['made_up'] }
    const { answer } = await failed(`/login?${query}&return_to=/a`, login)
    expect(answer.status).toBe(400)
    expect(retryOn(answer)).toEqual({ ...kept, return_to: '/a' })
  })

  it('returns to no other site', async () => {
    const { answer } = await failed('/login?prompt=now&return_to=https://evil.example/')
    expect(retryOn(answer)).toEqual({})
  })

  it('names no target where another site would replace a session by it without asking', async () => {
    const { browser } = await failed('/login')
    await browser.signIn('/login?organization_id=acme', ada)
    const link = '/login?organization_id=globex&login_hint=a@globex.example&prompt=now&return_to=/a'
    expect(retryOn(await browser.open(link, onAnotherSite))).toEqual({ return_to: '/a' })
    expect(retryOn(await browser.open(link))).toMatchObject({ organization_id: 'globex' })
  })
})
