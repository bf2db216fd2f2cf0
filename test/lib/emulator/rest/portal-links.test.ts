import { describe, expect, it } from 'vitest'
import { type Api, acmeId, emulateApi } from './api.ts'

const week = 7 * 86_400
const seed = { clock: () => Date.parse('2026-01-15T10:30:00Z') }

describe('a link to the admin portal', () => {
  it('is answered with where it leads and until when', async () => {
    const { emulator, api } = await emulateApi(seed)
    const answer = await api(`PUT /organizations/${acmeId}/portal_links`)
    expect(answer).toEqual({
      status: 200,
      body: {
        link: {
          id: expect.stringMatching(/^lnk_\d{18}$/),
          location: expect.stringMatching(new RegExp(`^${emulator.url}/magicLink/[\\w-]{36}$`)),
          expire_time: '2026-01-22T10:30:00.000Z',
        },
      },
    })
  })

  it.each([
    ['a week, as the reference says', {}, week],
    ['as long as it is told', { portalLinkTtlSeconds: 60 }, 60],
  ])('opens for %s', async (_case, options, seconds) => {
    const { emulator, api } = await emulateApi(options)
    const location = await newLink(api)
    emulator.advance(seconds - 1)
    expect((await fetch(location)).status).toBe(200)
    emulator.advance(1)
    expect((await fetch(location)).status).toBe(400)
  })

  it.each([
    ['as often as one likes', false, [200, 200]],
    ['once when links are single-use, as today', true, [200, 400]],
  ])('opens %s', async (_case, singleUse, statuses) => {
    const { api } = await emulateApi({ singleUse })
    const location = await newLink(api)
    expect([(await fetch(location)).status, (await fetch(location)).status]).toEqual(statuses)
  })

  it('is another one each time', async () => {
    const { api } = await emulateApi()
    expect(await newLink(api)).not.toBe(await newLink(api))
  })

  it.each([
    ['what was asked for', '?features=sso', ['sso']],
    ['all that was asked for', '?features=sso&features=dir_sync', ['sso', 'dir_sync']],
    ['what older clients ask for', '?sso=true&directory_sync=true', ['sso', 'dir_sync']],
    ['what older clients want, and not more', '?sso=false&directory_sync=true', ['dir_sync']],
    ['everything when nothing was asked for', '', ['sso', 'dir_sync']],
  ])('opens %s', async (_case, query, features) => {
    const { api } = await emulateApi()
    expect(await featuresAt(await newLink(api, query))).toEqual(features)
  })

  it('that names nothing opens what the organization has enabled', async () => {
    const { api } = await emulateApi()
    const settings = { features: [{ name: 'dir_sync', enabled: false }] }
    await api(`PATCH /organizations/${acmeId}/settings`, settings)
    expect(await featuresAt(await newLink(api))).toEqual(['sso'])
  })

  it('opens nothing once the organization is gone', async () => {
    const { api } = await emulateApi()
    const location = await newLink(api)
    await api(`DELETE /organizations/${acmeId}`)
    expect((await fetch(location)).status).toBe(400)
  })

  it('that nobody made opens nothing', async () => {
    const { emulator } = await emulateApi()
    expect((await fetch(`${emulator.url}/magicLink/1`)).status).toBe(400)
  })
})

async function newLink(api: Api, query = ''): Promise<string> {
  const { body } = await api(`PUT /organizations/${acmeId}/portal_links${query}`)
  return (body as { link: { location: string } }).link.location
}

async function featuresAt(location: string): Promise<readonly string[]> {
  const page = await (await fetch(location)).text()
  expect(page).toContain('Admin portal of Acme')
  return [...page.matchAll(/data-feature="(\w+)"/g)].map(([, feature]) => feature!)
}
