import { describe, expect, it } from 'vitest'
import { startEmulator } from '../../../../src/testing.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, tokensFor } from '../application.ts'
import { emulate } from '../emulate.ts'

const organizations = [
  {
    id: 'org_1',
    externalId: 'acme',
    slug: 'acme-inc',
    displayName: 'Acme',
    domains: ['acme.example', 'acme.test'],
    people: [{ email: 'ada@acme.example', name: 'Ada Lovelace' }],
  },
  { id: 'org_2', displayName: 'Plain' },
]

describe('a redirect URI that is registered', () => {
  it.each([
    ['http://localhost:3000/callback?next=1', 'must not have a query'],
    ['http://localhost:3000/callback?', 'must not have a query'],
    ['http://localhost:3000/callback#top', 'must not have a fragment'],
    ['http://localhost:3000/callback#', 'must not have a fragment'],
    [`https://app.example/${'a'.repeat(237)}`, 'must have at most 256 characters, not 257'],
    ['/callback', 'must be an absolute URL'],
    ['localhost:3000/callback', 'must be an absolute URL'],
    ['javascript:alert(1)', 'must be an absolute URL'],
    ['https://*.example/callback', 'may have one wildcard'],
    ['https://app.*.example/callback', 'may have one wildcard'],
    ['https://*.*.app.example/callback', 'may have one wildcard'],
    ['https://app-*.app.example/callback', 'may have one wildcard'],
    ['https://app.example/*', 'may have one wildcard'],
    ['https://{{slug}}.app.example/callback', 'may hold only the templates'],
    ['https://app-{{org_slug}}.app.example/callback', 'must have a template as a whole label'],
    ['https://app.example/x{{external_id}}/callback', 'must have a template as a whole label'],
  ])('is refused at the start: %s', async (uri, mistake) => {
    await expect(startEmulator({ redirectUris: [uri] })).rejects.toThrow(
      `The redirect URI ${uri} ${mistake}`,
    )
  })

  it.each([
    'http://localhost:3000/callback',
    'http://127.0.0.1:3000/callback',
    `https://app.example/${'a'.repeat(236)}`,
    'com.example.app:/callback',
    'https://*.app.example/callback',
    'http://*.localhost:3000/callback',
    'https://{{org_slug}}.app.example/callback',
    'https://{{custom_domain}}/callback',
    'https://app.example/{{external_id}}/callback',
  ])('is accepted: %s', async (uri) => {
    const emulator = await emulate({ redirectUris: [uri] })
    expect((await fetch(emulator.url)).status).toBe(200)
  })
})

describe('a wildcard', () => {
  it.each([
    ['https://acme.app.example/callback', 200],
    ['https://a-1.app.example/callback', 200],
    ['https://app.example/callback', 400],
    ['https://.app.example/callback', 400],
    ['https://a.b.app.example/callback', 400],
    ['https://acme.app.example/callback/', 400],
    ['https://acme.app.example.evil.example/callback', 400],
    ['https://evil.example/x.app.example/callback', 400],
    ['https://evil.example#.app.example/callback', 400],
    ['https://user@acme.app.example/callback', 400],
    ['https://acmeXapp.example/callback', 400],
    ['https://*.app.example/callback', 400],
  ])('stands for one label: %s', async (redirect_uri, status) => {
    const emulator = await emulate({ redirectUris: ['https://*.app.example/callback'] })
    const answer = await fetch(authorizeUrl(emulator, { redirect_uri }))
    expect(answer.status).toBe(status)
  })
})

describe('a template', () => {
  it.each([
    ['https://{{org_slug}}.app.example/cb', 'https://acme-inc.app.example/cb', 'org_1', 200],
    ['https://{{org_slug}}.app.example/cb', 'https://globex.app.example/cb', 'org_1', 400],
    ['https://{{org_slug}}.app.example/cb', 'https://{{org_slug}}.app.example/cb', 'org_1', 400],
    ['https://{{org_slug}}.app.example/cb', 'https://.app.example/cb', 'org_2', 400],
    ['https://{{org_slug}}.app.example/cb', 'https://acme-inc.app.example/cb', undefined, 400],
    ['https://app.example/{{external_id}}/cb', 'https://app.example/acme/cb', 'org_1', 200],
    ['https://app.example/{{external_id}}/cb', 'https://app.example/acme/x/cb', 'org_1', 400],
    ['https://{{custom_domain}}/cb', 'https://acme.test/cb', 'org_1', 200],
    ['https://{{custom_domain}}/cb', 'https://acmeXtest/cb', 'org_1', 400],
  ])('%s takes for %s the organization of the request', async (uri, redirect_uri, id, status) => {
    const emulator = await emulate({ organizations, redirectUris: [uri] })
    const url = authorizeUrl(emulator, { redirect_uri, organization_id: id })
    expect((await fetch(url)).status).toBe(status)
  })

  it('tells a request without an organization what it lacks', async () => {
    const redirectUris = ['https://{{org_slug}}.app.example/callback']
    const emulator = await emulate({ organizations, redirectUris })
    const redirect_uri = 'https://acme-inc.app.example/callback'
    const url = authorizeUrl(emulator, { redirect_uri, organization_id: undefined })
    expect(await (await fetch(url)).text()).toContain(
      'A template needs organization_id in the request.',
    )
  })

  it('brings the code to the address of the request', async () => {
    const redirectUris = ['http://{{org_slug}}.localhost:3000/callback']
    const emulator = await emulate({ organizations, redirectUris })
    const redirect_uri = 'http://acme-inc.localhost:3000/callback'
    const location = await signInAt(authorizeUrl(emulator, { redirect_uri }), 'ada@acme.example')
    expect(location).toMatch(/^http:\/\/acme-inc\.localhost:3000\/callback\?code=/)
  })

  it('of a sign-out takes the organization of the ID token', async () => {
    const emulator = await emulate({
      organizations,
      redirectUris: [
        'http://localhost:3000/callback',
        'http://{{org_slug}}.localhost:3000/callback',
      ],
    })
    const { id_token } = await tokensFor(emulator)
    const to = (slug: string) =>
      fetch(
        `${emulator.url}/oidc/logout?${new URLSearchParams({
          id_token_hint: id_token,
          post_logout_redirect_uri: `http://${slug}.localhost:3000/logout`,
        })}`,
        { redirect: 'manual' },
      )
    expect((await to('globex')).status).toBe(400)
    expect((await to('acme-inc')).headers.get('location')).toBe(
      'http://acme-inc.localhost:3000/logout',
    )
  })
})
