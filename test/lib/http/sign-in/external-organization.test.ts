import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../../src/testing.ts'
import type { Application } from '../../../support/application.ts'
import { start } from '../../../support/start.ts'

const home = '/login?organization_id=acme&return_to=/app'
const ada = 'ada@acme.example'
const path = '/api/v1/organizations:external/acme'

function lookUpsAt({ emulator }: Application): number {
  return emulator.requests.filter((request) => request.path === path).length
}

describe('a sign-in by an external id', () => {
  it('goes to Scalekit by its own id, and keeps yours in the session', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const { searchParams } = await browser.begin(home)
    expect(searchParams.get('organization_id')).toBe('org_69615647365005430')
    await browser.signIn(home, ada)
    const { body } = await browser.open('/app').expect(200)
    expect(body).toMatchObject({
      organizationId: 'org_69615647365005430',
      externalOrganizationId: 'acme',
    })
  })

  it('asks Scalekit once for all sign-ins', async () => {
    const application = await start()
    await Promise.all([1, 2, 3].map(() => application.visitor().begin(home)))
    await application.visitor().begin(home)
    expect(lookUpsAt(application)).toBe(1)
  })

  it('asks nothing for an id of Scalekit’s', async () => {
    const { visitor, emulator } = await start()
    await visitor().begin('/login?organization_id=org_69615647365005430')
    expect(emulator.requests.filter((one) => one.path.startsWith('/api/'))).toEqual([])
  })

  it.each([
    ['organization', { oid: 'org_70087756662964366' }],
    ['external id, because it moved since', { xoid: 'acme-of-old' }],
    ['external id, because it has none any more', { xoid: null }],
  ])('must end at this organization, and not at another %s', async (_what, idToken) => {
    const { visitor, emulator } = await start()
    emulator.fail({ idToken })
    const answer = await visitor().trySignIn(home, ada)
    expect([answer.status, answer.text.includes('login_target_mismatch')]).toEqual([403, true])
  })

  it('that no organization has is 400, and the log says what to do', async () => {
    const { visitor, log } = await start()
    const answer = await visitor().open('/login?organization_id=nowhere').expect(400)
    expect(answer.text).toContain('target_unknown')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(log.at(-1)).toMatch(
      /target_unknown: No organization at Scalekit has the external id nowhere .*`org_…` id/,
    )
  })

  it.each(['acme/eu west', 'Müller & Söhne #1?', 'a%2Fb', '客户+1', '..a', 'x'.repeat(512)])(
    'may be what Scalekit’s API takes: %s',
    async (externalId) => {
      const { visitor, emulator } = await start()
      const acme = emulator.organizations.find((one) => one.externalId === 'acme')!
      emulator.updateOrganization(acme.id, { externalId })
      const browser = visitor()
      const loginUrl = `/login?${new URLSearchParams({ organization_id: externalId, return_to: '/app' })}`
      const back = await browser.signIn(loginUrl, ada)
      expect(back.headers.location).toBe('/app')
      const { body } = await browser.open('/app').expect(200)
      expect(body).toMatchObject({ organizationId: acme.id, externalOrganizationId: externalId })
    },
  )

  it.each([
    ['is a dot', '.'],
    ['leads out of the API', '..'],
    ['leads elsewhere', 'a/../b'],
    ['leads elsewhere at its end', 'a/..'],
    ['is too long', 'x'.repeat(513)],
    ['takes too many bytes', '\u{20ac}'.repeat(171)],
    ['takes too many bytes in JSON', '"'.repeat(257)],
    ['has a control character', 'ac\u0000me'],
  ])('that %s is 400, and nothing is asked', async (_what, externalId) => {
    const { visitor, emulator } = await start()
    const query = new URLSearchParams({ organization_id: externalId })
    const answer = await visitor().open(`/login?${query}`).expect(400)
    expect(answer.text).toContain('parameter_invalid')
    expect(emulator.requests.filter((one) => one.path.startsWith('/api/'))).toEqual([])
  })

  it('of the greatest size fits into a cookie, with the longest address to come back to', async () => {
    const { visitor, emulator } = await start()
    const externalId = '\u{20ac}'.repeat(170)
    const acme = emulator.organizations.find((one) => one.externalId === 'acme')!
    emulator.updateOrganization(acme.id, { externalId })
    const query = new URLSearchParams({
      organization_id: externalId,
      return_to: `/${'x'.repeat(2047)}`,
    })
    const { headers } = await visitor().open(`/login?${query}`).expect(302)
    const [line = ''] = headers['set-cookie'] as unknown as string[]
    expect(line.split(';')[0]!.length).toBeLessThan(4096)
  })

  it.each<[string, FaultRule, number, string]>([
    ['fails', { path, status: 503, times: 9 }, 503, 'provider_unavailable'],
    ['is gone', { path, reset: true, times: 9 }, 503, 'provider_unavailable'],
    ['lets it not call the API', { path, status: 403 }, 502, 'application_refused'],
  ])('when Scalekit %s is told, and begins no sign-in', async (_what, fault, status, code) => {
    const application = await start()
    application.emulator.fail(fault)
    const answer = await application.visitor().open(home).expect(status)
    expect(answer.text).toContain(code)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })
})
