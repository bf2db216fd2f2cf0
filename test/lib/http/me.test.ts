import { describe, expect, it } from 'vitest'
import { isExpressSession } from '../../support/session-cookie.ts'
import { start } from '../../support/start.ts'

describe('/me', () => {
  it('says who is signed in, and no token but the one against forgery', async () => {
    const now = Date.now()
    const { visitor, emulator } = await start({ options: { clock: () => now } })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
    const answer = await browser.call('/me').expect(200)
    const acme = emulator.organizations[0]!
    expect(answer.body).toEqual({
      status: 'signed-in',
      user: {
        iss: emulator.url,
        id: acme.people[0]!.id,
        email: 'ada@acme.example',
        emailVerified: true,
        name: 'Ada Lovelace',
        givenName: 'Ada',
        familyName: 'Lovelace',
      },
      organizationId: acme.id,
      roles: ['admin'],
      permissions: acme.people[0]!.permissions,
      // How long a session of the application's own lasts without use, only the application knows.
      expiresAt: now + (isExpressSession ? 7 : 1) * 86_400_000,
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      loginUrl: '/login',
      logoutUrl: '/logout',
    })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.vary).toContain('Cookie')
  })

  it('answers 200 to nobody, too', async () => {
    const { visitor } = await start()
    const answer = await visitor().call('/me').expect(200)
    expect(answer.body).toEqual({ status: 'signed-out', loginUrl: '/login' })
  })

  it('has another token against forgery in each session', async () => {
    const { visitor } = await start()
    const tokens: string[] = []
    for (const browser of [visitor(), visitor()]) {
      await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
      tokens.push((await browser.call('/me')).body.csrfToken)
    }
    expect(tokens[0]).not.toBe(tokens[1])
  })

  it('is read with GET', async () => {
    const { visitor } = await start()
    const answer = await visitor().post('/me').expect(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })
})
