import { describe, expect, it } from 'vitest'
import { start } from '../support/start.ts'

describe('the path', () => {
  it('signs in by domain, lands on the page asked for, signs out and is refused', async () => {
    const { emulator, visitor, url } = await start()
    const acme = emulator.organizations[0]!
    const browser = visitor()

    const refused = await browser.open('/app?tab=1').expect(302)
    expect(refused.headers.location).toBe('/login?return_to=%2Fapp%3Ftab%3D1')

    const back = await browser.signIn(
      `/login?domain=acme.example&return_to=/app?tab=1`,
      'ada@acme.example',
    )
    expect(back.status, JSON.stringify(back.body)).toBe(302)
    expect(back.headers.location).toBe('/app?tab=1')

    const page = await browser.open('/app?tab=1').expect(200)
    expect(page.body).toMatchObject({
      status: 'signed-in',
      organizationId: acme.id,
      user: { email: 'ada@acme.example', name: 'Ada Lovelace' },
      roles: ['admin'],
    })

    const out = await browser.open('/logout', { 'Sec-Fetch-Site': 'same-origin' }).expect(302)
    const away = new URL(out.headers.location!)
    expect(away.origin + away.pathname).toBe(`${emulator.url}/oidc/logout`)
    const returned = await fetch(away, { redirect: 'manual' })
    expect(returned.headers.get('location')).toContain(`${url}/logout?state=`)
    const landed = await browser.open(returned.headers.get('location')!).expect(302)
    expect(landed.headers.location).toBe('/')

    await browser.call('/app').expect(401)
  })
})
