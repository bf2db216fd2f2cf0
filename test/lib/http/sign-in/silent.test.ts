import { describe, expect, it } from 'vitest'
import { start } from '../../../support/start.ts'
import type { Visitor } from '../../../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?organization_id=acme&return_to=/public'
const silent = `${home}&prompt=none`
const orAnonymous = `${silent}&allow_anonymous=1`

/** Begins a sign-in and comes back with what Scalekit says without a page. */
async function answered(browser: Visitor, loginUrl: string) {
  const away = await browser.begin(loginUrl)
  const response = await fetch(away, { redirect: 'manual' })
  return browser.open(response.headers.get('location')!, { 'Sec-Fetch-Site': 'cross-site' })
}

describe('a silent sign-in that finds no session', () => {
  it('is an error unless the application allows it', async () => {
    const { visitor } = await start()
    const answer = await answered(visitor(), silent)
    expect([answer.status, answer.text.includes('login_incomplete')]).toEqual([400, true])
  })

  it('goes on anonymously where the request says so', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const answer = await answered(browser, orAnonymous)
    expect([answer.status, answer.headers.location]).toEqual([302, '/public'])
    expect(browser.cookieNames()).toEqual([])
    const { body } = await browser.open('/public')
    expect(body).toMatchObject({ status: 'signed-out' })
  })

  it('goes on so where auth.login says so', async () => {
    const { visitor } = await start({
      mount(app, auth) {
        app.use(auth)
        const request = { prompt: 'none', allowAnonymous: true, returnTo: '/public' }
        app.use('/enter', (req, res, next) => void auth.login(req, res, request).catch(next))
      },
      options: { login: { fallback: 'hosted' } },
      seed: { product: 'full-stack' },
    })
    const answer = await answered(visitor(), '/enter')
    expect([answer.status, answer.headers.location]).toEqual([302, '/public'])
  })

  it('leaves a live session of this application alone', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(home, ada)
    const answer = await answered(browser, orAnonymous)
    expect([answer.status, answer.headers.location]).toEqual([302, '/public'])
    await browser.call('/app').expect(200)
  })

  it.each(['interaction_required', 'account_selection_required', 'consent_required'])(
    'goes on after %s, too',
    async (error) => {
      const { visitor } = await start()
      const browser = visitor()
      const state = (await browser.begin(orAnonymous)).searchParams.get('state')!
      const answer = await browser.open(`/callback?error=${error}&state=${state}`)
      expect([answer.status, answer.headers.location]).toEqual([302, '/public'])
    },
  )

  it.each(['access_denied', 'server_error', 'invalid_scope', 'unmet_authentication_requirements'])(
    'but %s is an error all the same',
    async (error) => {
      const { visitor } = await start()
      const browser = visitor()
      const state = (await browser.begin(orAnonymous)).searchParams.get('state')!
      const answer = await browser.open(`/callback?error=${error}&state=${state}`)
      expect(answer.status).toBeGreaterThanOrEqual(400)
    },
  )

  it('does not follow the error of a sign-in that nobody here began', async () => {
    const { visitor } = await start()
    const answer = await visitor().open('/callback?error=login_required&state=made-up')
    expect(answer.status).toBe(400)
  })
})
