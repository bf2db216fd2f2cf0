import type { Response } from 'supertest'
import { describe, expect, it, vi } from 'vitest'
import type { ScalekitAuthOptions, SignedIn } from '../../../src/index.ts'
import type { Emulator } from '../../../src/testing.ts'
import { type ApplicationParts, mountAtRoot, type ServedParts } from '../../support/application.ts'
import { sessionCookie } from '../../support/session-cookie.ts'
import { start } from '../../support/start.ts'
import { background, navigation, type Visitor } from '../../support/visitor.ts'

const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const [ada, grace] = ['ada@acme.example', 'grace@acme.example']
const admins: ScalekitAuthOptions = { portal: { role: 'admin' } }

/** An application whose admins may open the portal, and a browser with somebody of Acme. */
async function signedIn(who = ada, options = admins, parts: ApplicationParts = {}) {
  const application = await start({ ...parts, options })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', who)
  return { ...application, browser }
}

/** The organizations that links were made for. */
function minted({ requests }: Emulator): string[] {
  return requests.flatMap(({ method, path }) => {
    const [, id] = /^\/api\/v1\/organizations\/([^/]+)\/portal_links$/.exec(path) ?? []
    return method === 'PUT' && id !== undefined ? [id] : []
  })
}

/** A kit that gets `location` for every link to the portal. */
function linksTo(location: unknown): ScalekitAuthOptions {
  return {
    ...admins,
    http: {
      async fetch(url, init) {
        if (!url.endsWith('/portal_links')) return fetch(url, init)
        const expire_time = '2026-01-02T03:04:05Z'
        return globalThis.Response.json({ link: { id: 'lnk_1', location, expire_time } })
      },
    },
  }
}

function expectNoLink(answer: Response) {
  expect(answer.headers.location ?? '').not.toContain('magicLink')
  expect(answer.text ?? '').not.toContain('magicLink')
  expect(answer.headers['cache-control']).toBe('no-store')
}

/** From a page of ours or from a problem document. */
function codeOf(answer: Response): string | undefined {
  return answer.body.code ?? /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

describe('/portal', () => {
  it('sends an administrator to the portal of their organization, by a link of its own each time', async () => {
    const { browser, emulator, log } = await signedIn()
    const answers = [await browser.open('/portal'), await browser.open('/portal')]
    for (const { status, headers } of answers) {
      expect(status).toBe(302)
      expect(headers.location).toMatch(new RegExp(`^${emulator.url}/magicLink/[\\w-]+$`))
      expect(headers['cache-control']).toBe('no-store')
      expect(headers.vary).toMatch(/cookie/i)
      expect(headers['referrer-policy']).toBe('no-referrer')
    }
    const [one, other] = answers.map(({ headers }) => headers.location!)
    expect(one).not.toBe(other)
    expect(await (await fetch(one!)).text()).toContain('Admin portal of Acme')
    expect(minted(emulator)).toEqual([acme, acme])
    expect(log.join('\n')).not.toMatch(/magicLink/)
  })

  it('opens what is asked for, or whatever the organization has', async () => {
    const some = await signedIn(ada, { portal: { role: 'admin', features: ['dir_sync'] } })
    const page = await linkedPage(some.browser)
    expect(page).toContain('data-feature="dir_sync"')
    expect(page).not.toContain('data-feature="sso"')
    const all = await linkedPage((await signedIn()).browser)
    expect(all).toContain('data-feature="sso"')
  })

  it('takes a permission in place of a role, several of either, and both', async () => {
    const mayOpen = async (portal: ScalekitAuthOptions['portal']) => {
      const { browser } = await signedIn(ada, portal ? { portal } : {})
      return (await browser.open('/portal')).status === 302
    }
    const may = 'members:invite'
    expect(await mayOpen({ permission: may })).toBe(true)
    expect(await mayOpen({ permission: [may, 'projects:read'] })).toBe(true)
    expect(await mayOpen({ permission: [may, 'projects:delete'] })).toBe(false)
    expect(await mayOpen({ role: ['owner', 'admin'] })).toBe(true)
    expect(await mayOpen({ role: 'admin', permission: 'projects:delete' })).toBe(false)
    expect(await mayOpen({ role: 'owner', permission: may })).toBe(false)
  })

  it('asks the application, alone or beside role and permission', async () => {
    const statusFor = async (portal: ScalekitAuthOptions['portal']) => {
      const { browser, emulator } = await signedIn(ada, portal ? { portal } : {})
      const answer = await browser.open('/portal')
      if (answer.status !== 302) expectNoLink(answer)
      expect(minted(emulator)).toHaveLength(answer.status === 302 ? 1 : 0)
      return answer.status === 302 ? 302 : `${answer.status} ${codeOf(answer)}`
    }
    expect(await statusFor({ allow: () => true })).toBe(302)
    expect(await statusFor({ allow: async () => true })).toBe(302)
    expect(await statusFor({ allow: () => false })).toBe('403 permission_required')
    expect(await statusFor({ allow: async () => false })).toBe('403 permission_required')
    expect(await statusFor({ allow: () => true, role: 'owner' })).toBe('403 role_required')
    expect(await statusFor({ allow: () => false, role: 'admin' })).toBe('403 permission_required')
    const yes = 'yes' as never
    expect(await statusFor({ allow: () => yes })).toBe('503 authorization_unavailable')
    const down = () => Promise.reject(new Error('the database is down'))
    expect(await statusFor({ allow: down })).toBe('503 authorization_unavailable')
  })

  it('shows the application who is asking, once that user could get in', async () => {
    const allow = vi.fn((principal: SignedIn) => principal.organizationId === acme)
    const { browser, visitor, log } = await signedIn(ada, { portal: { role: 'admin', allow } })
    await browser.open('/portal?a=1').expect(302)
    expect(allow.mock.calls[0]).toMatchObject([{ user: { email: ada } }, { method: 'GET' }])
    const other = visitor()
    await other.signIn('/login?domain=acme.example', grace)
    await other.open('/portal').expect(403)
    expect(allow).toHaveBeenCalledTimes(1)
    expect(log.join('\n')).not.toContain('failed')
  })

  it('makes no link where the session was ended while the application took its time', async () => {
    const allow = async ({ sessionId = '' }: SignedIn) => {
      await auth.revoke({ sessionId })
      return true
    }
    const { auth, browser, emulator } = await signedIn(ada, { portal: { allow } })
    expectNoLink(await browser.open('/portal'))
    expect(minted(emulator)).toEqual([])
  })

  it('says once in the log that the application could not be asked', async () => {
    const allow = () => Promise.reject(new Error('the database is down'))
    const { browser, log } = await signedIn(ada, { portal: { allow } })
    expect((await browser.open('/portal').expect(503)).headers['retry-after']).toBe('5')
    expect(log.filter((line) => line.includes('authorization_unavailable'))).toEqual([
      expect.stringMatching(/^error .*`portal.allow` failed <- "the database is down"/),
    ])
  })

  it('sends nobody to sign in, and back', async () => {
    const { visitor, emulator } = await start({ options: admins })
    const browser = visitor()
    const { headers } = await browser.open('/portal').expect(302)
    expect(headers.location).toBe('/login?return_to=%2Fportal')
    const back = await browser.signIn(`${headers.location}&domain=acme.example`, ada)
    expect(back.headers.location).toBe('/portal')
    await browser.open('/portal', { 'Sec-Fetch-Site': 'cross-site' }).expect(302)
    expect(minted(emulator)).toEqual([acme])
  })

  it('is open to an admin of the current organization only', async () => {
    const organizations = twoOf(ada)
    const { browser, emulator } = await signedIn(ada, admins, { seed: { organizations } })
    await browser.open('/portal').expect(302)
    await browser.signIn('/login?organization_id=org_2', ada)
    const answer = await browser.open('/portal').expect(403)
    expect(codeOf(answer)).toBe('role_required')
    expect(minted(emulator)).toEqual(['org_1'])
  })

  it('is the application’s own path without the option', async () => {
    const mount: ServedParts['mount'] = (app, auth) => {
      mountAtRoot(app, auth)
      app.use('/portal', (_req, res) => res.end('the application’s'))
    }
    const { browser, emulator } = await signedIn(ada, {}, { mount })
    expect((await browser.call('/portal').expect(200)).text ?? '').toBe('the application’s')
    expect(minted(emulator)).toEqual([])
  })

  it('says what is missing where its route is mounted without the option', async () => {
    const mount: ServedParts['mount'] = (app, auth) => {
      app.use(auth.session())
      app.use((req, res, next) =>
        req.url === '/portal' ? auth.routes.portal(req, res, next) : auth(req, res, next),
      )
    }
    const { browser, emulator, log } = await signedIn(ada, {}, { mount })
    const answer = await browser.open('/portal').expect(500)
    expect(codeOf(answer)).toBe('portal_not_configured')
    expect(log.join('\n')).toContain('portal: { role: "admin" }')
    expect(minted(emulator)).toEqual([])
  })

  it('can be somewhere else', async () => {
    const { browser } = await signedIn(ada, { ...admins, paths: { portal: '/settings/sso' } })
    await browser.open('/settings/sso').expect(302)
    await browser.open('/portal').expect(404)
  })
})

/** The portal's own page, as a browser that follows the redirect sees it. */
async function linkedPage(browser: Visitor): Promise<string> {
  const { headers } = await browser.open('/portal').expect(302)
  return (await fetch(headers.location!)).text()
}

/** Two organizations with the same person: an admin of the first, a guest of the second. */
function twoOf(email: string) {
  const name = 'Ada Lovelace'
  const person = (role: string) => [{ email, name, roles: [role] }]
  return [
    { id: 'org_1', displayName: 'One', domains: ['acme.example'], people: person('admin') },
    { id: 'org_2', displayName: 'Two', domains: ['two.example'], people: person('guest') },
  ]
}

describe('no link to the portal is made', () => {
  it('for a member without the role', async () => {
    const { browser, emulator } = await signedIn(grace)
    const answer = await browser.open('/portal').expect(403)
    expect(codeOf(answer)).toBe('role_required')
    expectNoLink(answer)
    expect(minted(emulator)).toEqual([])
  })

  it('for somebody whose session has ended', async () => {
    const { browser, visitor, emulator } = await signedIn()
    const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
    await browser.post('/logout', { ...navigation, 'Sec-Fetch-Site': 'same-origin' }).expect(303)
    const answer = await visitor().open('/portal', { cookie }).expect(302)
    expect(answer.headers.location).toBe('/login?return_to=%2Fportal')
    expect(minted(emulator)).toEqual([])
  })

  it('for a session without an organization, whatever its roles', async () => {
    const { browser, emulator } = await signedIn(ada, {
      portal: { role: 'admin' },
      login: { providers: ['google'] },
    })
    emulator.fail({ idToken: { oid: null } })
    emulator.fail({ accessToken: { oid: null, roles: ['admin'] } })
    await browser.signIn('/login?provider=google', 'sam@mail.example')
    const answer = await browser.open('/portal').expect(403)
    expect(codeOf(answer)).toBe('organization_required')
    expect(minted(emulator)).toEqual([])
  })

  it.each([
    ['a script', background],
    ['a script of another site', { ...background, 'Sec-Fetch-Site': 'cross-site' }],
    ['a frame', { ...navigation, 'Sec-Fetch-Dest': 'iframe' }],
    ['a frame of another site', { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' }],
    ['an image', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }],
    ['a prefetch', { 'Sec-Purpose': 'prefetch' }],
    ['a prerendering', { 'Sec-Purpose': 'prefetch;prerender' }],
    ['an old prefetch', { Purpose: 'prefetch' }],
    ['jQuery', { 'X-Requested-With': 'XMLHttpRequest' }],
    ['a tool', { 'Sec-Fetch-Mode': '', 'Sec-Fetch-Dest': '', Accept: '*/*' }],
  ] as const)('for %s', async (_what, headers) => {
    const { browser, emulator } = await signedIn()
    const answer = await browser.open('/portal', headers).expect(400)
    expect(codeOf(answer)).toBe('navigation_required')
    expectNoLink(answer)
    expect(minted(emulator)).toEqual([])
  })

  it('for POST, HEAD and OPTIONS', async () => {
    const { browser, emulator, url } = await signedIn()
    const cookie = `${sessionCookie}=${browser.cookie(sessionCookie)}`
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const answer = await fetch(`${url}/portal`, {
        method,
        headers: { ...navigation, cookie },
        redirect: 'manual',
      })
      expect([method, answer.status]).toEqual([method, 405])
      expect(answer.headers.get('allow')).toBe('GET')
    }
    expect(minted(emulator)).toEqual([])
  })

  it('for another organization, whatever the request names', async () => {
    const { browser, emulator } = await signedIn()
    const query = `organization_id=${globex}&organizationId=${globex}&id=${globex}&org=${globex}`
    await browser.open(`/portal?${query}`, { 'X-Organization': globex }).expect(302)
    await browser.open('/portal', { 'X-Organization-Id': globex, Host: 'globex.example' })
    expect(new Set(minted(emulator))).toEqual(new Set([acme]))
    await browser.open(`/portal/${globex}`).expect(404)
  })
})

describe('/portal while something is wrong at Scalekit', () => {
  it.each([
    ['does not answer as it should', { status: 500 }],
    ['is down', { status: 503 }],
    ['does not know the organization any more', { status: 404 }],
    ['breaks the connection', { reset: true }],
  ] as const)('answers 503 with a way to try again where the API %s', async (_what, fault) => {
    const { browser, emulator, log } = await signedIn()
    emulator.fail({ path: `/api/v1/organizations/${acme}/portal_links`, times: 9, ...fault })
    const answer = await browser.open('/portal').expect(503)
    expect(codeOf(answer)).toBe('portal_unavailable')
    expect(answer.text).toContain('href="/portal">Try again<')
    expectNoLink(answer)
    expect(log.join('\n')).toContain('admin portal failed: portal_unavailable')
  })

  it.each([
    ['another host', 'https://evil.example/magicLink/1_p'],
    ['another port', 'http://localhost:1/magicLink/1_p'],
    ['a script', 'javascript:alert(1)//magicLink'],
    ['data', 'data:text/html,magicLink'],
    ['no URL', '/magicLink/1_p'],
    ['nothing', ''],
    ['a number', 5],
  ])('refuses a link that leads to %s, and does not repeat it', async (_what, location) => {
    const { browser, log } = await signedIn(ada, linksTo(location))
    const answer = await browser.open('/portal').expect(503)
    expect(codeOf(answer)).toBe('portal_unavailable')
    expectNoLink(answer)
    expect(log.join('\n')).not.toMatch(/magicLink/)
  })

  it('takes links to the origin that is configured, and then to no other', async () => {
    const location = 'https://portal.example/magicLink/1_p'
    const options = (origin: string) => ({
      ...linksTo(location),
      portal: { role: 'admin', origin },
    })
    const { browser } = await signedIn(ada, options('https://portal.example'))
    expect((await browser.open('/portal').expect(302)).headers.location).toBe(location)
    const other = await signedIn(ada, options('https://portal.example.evil'))
    await other.browser.open('/portal').expect(503)
  })
})

describe('the page that embeds the portal', () => {
  const embedded: ScalekitAuthOptions = {
    portal: { role: 'admin', embed: true, returnTo: '/settings' },
  }

  it('has a link for this visit, and may show nothing but the portal', async () => {
    const { browser, emulator, log } = await signedIn(ada, embedded)
    const answer = await browser.open('/portal').expect(200)
    const [, link] = / href="([^"]+)" rel="noreferrer"/.exec(answer.text) ?? []
    expect(link).toMatch(new RegExp(`^${emulator.url}/magicLink/[\\w-]+$`))
    expect(answer.text.split('magicLink')).toHaveLength(2)
    expect(answer.text).toContain('<a href="/settings">')
    const { headers } = answer
    expect(headers['content-security-policy']).toMatch(
      new RegExp(
        `^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; frame-src ${emulator.url}; base-uri 'none'; frame-ancestors 'none'$`,
      ),
    )
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(log.join('\n')).not.toMatch(/magicLink/)
    expect(minted(emulator)).toEqual([acme])
  })

  it('is refused to the same people', async () => {
    const { browser, emulator } = await signedIn(grace, embedded)
    await browser.open('/portal').expect(403)
    await browser.open('/portal', { 'Sec-Fetch-Dest': 'iframe' }).expect(400)
    expect(minted(emulator)).toEqual([])
  })

  it('escapes what a link holds', async () => {
    const location = 'https://portal.example/magicLink/"><script>alert(1)</script>'
    const { browser } = await signedIn(ada, {
      ...linksTo(location),
      portal: { role: 'admin', embed: true, origin: 'https://portal.example' },
    })
    const { text } = await browser.open('/portal').expect(200)
    expect(text).not.toContain('<script>alert')
    expect(text.match(/<script>/g)).toHaveLength(1)
  })
})
