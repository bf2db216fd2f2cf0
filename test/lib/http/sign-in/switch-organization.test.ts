import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import { type ApplicationParts, mountAtRoot } from '../../../support/application.ts'
import { sessionCookie } from '../../../support/session-cookie.ts'
import { answerWith, signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { background, handedOn, navigation, type Visitor } from '../../../support/visitor.ts'

const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const [ada, grace, katherine] = [
  'ada@acme.example',
  'grace@acme.example',
  'katherine@globex.example',
]
/** A link or a form on a page of the application. */
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
/** A browser that follows Scalekit's redirect. */
const sent = { 'Sec-Fetch-Site': 'cross-site' }

/** An application where `/switch/<organization>` switches, and a browser in which somebody is in. */
async function signedIn(who = grace, parts: ApplicationParts = {}) {
  const application = await start({
    mount(app, auth) {
      mountAtRoot(app, auth)
      app.use('/switch', (req, res, next) => {
        const organizationId = decodeURIComponent(req.url?.slice(1) ?? '')
        auth.switchOrganization(req, res, organizationId, { returnTo: '/app?new=1' }).catch(next)
      })
    },
    ...parts,
  })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', who)
  return { ...application, browser }
}

/** What the application sees of whoever this browser is, and the cookie that says so. */
async function stateOf(browser: Visitor) {
  const { body } = await browser.call('/public').expect(200)
  return { ...body, cookie: browser.cookie(sessionCookie) }
}

/** Signs in where the switch led to. */
async function finish(browser: Visitor, begun: Response, who = grace): Promise<Response> {
  return browser.open(await signInAt(begun.headers.location!, who), sent)
}

describe('switchOrganization', () => {
  it('signs in to the other organization, with its roles alone, and comes back', async () => {
    const { browser, emulator } = await signedIn()
    expect(await stateOf(browser)).toMatchObject({
      organizationId: acme,
      roles: ['member'],
      permissions: ['projects:read', 'projects:write'],
      authenticatedOrganizations: [acme],
    })
    const begun = await browser.open(`/switch/${globex}`, click).expect(302)
    const { origin, searchParams } = new URL(begun.headers.location!)
    expect(origin).toBe(emulator.url)
    expect(searchParams.get('organization_id')).toBe(globex)
    expect(searchParams.get('prompt')).toBe('select_account')
    const answer = await finish(browser, begun)
    expect([answer.status, answer.headers.location]).toEqual([302, '/app?new=1'])
    expect(await stateOf(browser)).toMatchObject({
      user: { email: grace },
      organizationId: globex,
      externalOrganizationId: 'globex',
      roles: ['advisor'],
      permissions: ['projects:read'],
      authenticatedOrganizations: [acme, globex],
    })
  })

  it('takes the application’s own id of an organization, and forms', async () => {
    const { browser } = await signedIn()
    const begun = await browser.post('/switch/globex', click).expect(303)
    await finish(browser, begun)
    expect(await stateOf(browser)).toMatchObject({ organizationId: globex })
  })

  it('ends the session before, for every copy and for a request that is still at work', async () => {
    const { browser, visitor } = await signedIn()
    const before = await stateOf(browser)
    const begun = await browser.open(`/switch/${globex}`, click)
    const copy = { cookie: `${sessionCookie}=${before.cookie}` }
    await visitor().call('/app', copy).expect(200)
    await finish(browser, begun)
    const after = await stateOf(browser)
    expect(after.sessionId).not.toBe(before.sessionId)
    expect(after.cookie).not.toBe(before.cookie)
    await visitor().call('/app', copy).expect(401)
  })

  it('lets admins of one organization be nobody special in another', async () => {
    const { browser } = await signedIn(ada, { seed: { organizations: twoWithAda } })
    expect(await stateOf(browser)).toMatchObject({ organizationId: 'org_1', roles: ['admin'] })
    const begun = await browser.open('/switch/org_2', click)
    await finish(browser, begun, ada)
    expect(await stateOf(browser)).toMatchObject({
      organizationId: 'org_2',
      roles: ['guest'],
      permissions: [],
    })
  })

  it('tells nothing of the organization before where its subject is another', async () => {
    const { browser } = await signedIn(grace, { seed: { product: 'sso' } })
    const before = await stateOf(browser)
    await finish(browser, await browser.open(`/switch/${globex}`, click))
    const after = await stateOf(browser)
    expect(after.user.id).not.toBe(before.user.id)
    expect(after.authenticatedOrganizations).toEqual([globex])
  })
})

const twoWithAda = [
  {
    id: 'org_1',
    displayName: 'One',
    domains: ['acme.example'],
    people: [{ email: ada, name: 'Ada Lovelace', roles: ['admin'], permissions: ['all:write'] }],
  },
  {
    id: 'org_2',
    displayName: 'Two',
    domains: ['two.example'],
    people: [{ email: ada, name: 'Ada Lovelace', roles: ['guest'] }],
  },
]

describe('a switch that is not wanted', () => {
  it.each([
    ['another site’s link', 'GET', sent, 'cross_site_request'],
    ['a sub-domain’s link', 'GET', { 'Sec-Fetch-Site': 'same-site' }, 'cross_site_request'],
    ['a link in a mail', 'GET', { 'Sec-Fetch-Site': 'none' }, 'cross_site_request'],
    ['another site’s form', 'POST', sent, 'cross_site_request'],
    ['what may be a frame on our page', 'GET', handedOn, 'cross_site_request'],
    ['an image on our page', 'GET', imageOf('same-origin'), 'navigation_required'],
    ['a frame elsewhere', 'GET', { ...sent, 'Sec-Fetch-Dest': 'iframe' }, 'navigation_required'],
    ['a script', 'GET', background, 'navigation_required'],
    ['a prefetch', 'GET', { ...click, 'Sec-Purpose': 'prefetch' }, 'navigation_required'],
  ] as const)('is refused to %s', async (_who, method, headers, code) => {
    const { browser, emulator } = await signedIn()
    const before = await stateOf(browser)
    const path = `/switch/${globex}`
    const all = { ...navigation, ...headers }
    const answer = await (method === 'GET' ? browser.open(path, all) : browser.post(path, all))
    expect([answer.status < 500, answer.body.code]).toEqual([true, code])
    expect(answer.headers.location).toBeUndefined()
    expect(browser.cookieNames().filter((name) => name.includes('-tx-'))).toEqual([])
    expect(await stateOf(browser)).toEqual(before)
    expect(emulator.requests.filter(({ path }) => path === '/oauth/authorize')).toHaveLength(1)
  })

  it('is refused where nobody is signed in', async () => {
    const { visitor } = await signedIn()
    const { body } = await visitor().open(`/switch/${globex}`, click).expect(401)
    expect(body.code).toBe('not_signed_in')
  })

  it.each(['', 'no\u0007bell', '../org_1', 'a'.repeat(600)])(
    'is refused to %j, which no organization is called',
    async (id) => {
      const { browser } = await signedIn()
      const { body } = await browser.open(`/switch/${encodeURIComponent(id)}`, click).expect(400)
      expect(body.code).toBe('parameter_invalid')
    },
  )

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', [globex]],
    ['an object', { toString: () => globex }],
  ])('is refused to %s, as a form that was tampered with has it', async (_what, id) => {
    const { browser, emulator } = await signedIn(grace, {
      mount(app, auth) {
        mountAtRoot(app, auth)
        // A parsed body is `any`.
        app.use('/switch', (req, res, next) => {
          auth.switchOrganization(req, res, id as string).catch(next)
        })
      },
    })
    const asked = emulator.requests.length
    const { body } = await browser.post('/switch', click).expect(400)
    expect(body.code).toBe('parameter_invalid')
    expect(emulator.requests).toHaveLength(asked)
  })
})

function imageOf(site: string) {
  return { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Site': site }
}

describe('a switch that fails', () => {
  it('leaves the session as it was where Scalekit knows no such organization', async () => {
    const { browser } = await signedIn()
    const before = await stateOf(browser)
    const begun = await browser.open('/switch/org_1', click).expect(302)
    const answer = await fetch(begun.headers.location!, { redirect: 'manual' })
    const refused = await browser.open(answer.headers.get('location')!, sent)
    expect([refused.status, codeOn(refused)]).toEqual([400, 'target_unknown'])
    expect(await stateOf(browser)).toEqual(before)
  })

  it('leaves the session as it was where the person is no member', async () => {
    const { browser } = await signedIn(ada)
    const before = await stateOf(browser)
    const begun = await browser.open(`/switch/${globex}`, click).expect(302)
    await expect(signInAt(begun.headers.location!, ada)).rejects.toThrow('Nobody on the page')
    const refused = await browser.open(await answerWith(begun.headers.location!, 'denied'), sent)
    expect([refused.status, codeOn(refused)]).toEqual([400, 'login_cancelled'])
    expect(await stateOf(browser)).toEqual(before)
  })

  it.each([
    ['another organization comes back', [{ idToken: { oid: acme } }, rolesAt(acme)]],
    ['no organization comes back', [{ idToken: { oid: null } }, rolesAt(null)]],
    ['roles of another one come back', [rolesAt(acme)]],
  ])('leaves the session as it was where %s', async (_what, faults) => {
    const { browser, emulator } = await signedIn()
    const before = await stateOf(browser)
    const begun = await browser.open(`/switch/${globex}`, click)
    for (const fault of faults) emulator.fail(fault)
    const refused = await finish(browser, begun)
    expect([refused.status, codeOn(refused)]).toEqual([403, 'login_target_mismatch'])
    expect(await stateOf(browser)).toEqual(before)
  })
})

function rolesAt(oid: string | null) {
  return { accessToken: { oid } }
}

/** From a page of ours. */
function codeOn({ text }: Response): string | undefined {
  return /<code>([a-z_]+)<\/code>/.exec(text)?.[1]
}

describe('the organizations that a session knows of', () => {
  it('come from /login, too, where it names one', async () => {
    const { browser } = await signedIn(grace)
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    expect(await stateOf(browser)).toMatchObject({ authenticatedOrganizations: [acme, globex] })
  })

  it('are nobody else’s who signs in', async () => {
    const { browser } = await signedIn(ada)
    await browser.signIn(`/login?organization_id=${globex}`, katherine)
    expect(await stateOf(browser)).toMatchObject({
      user: { email: katherine },
      authenticatedOrganizations: [globex],
    })
  })

  it('are nobody else’s where only a domain was named, which is no switch', async () => {
    const { browser } = await signedIn(ada, { seed: { product: 'sso' } })
    await browser.signIn('/login?domain=globex.example', katherine)
    expect(await stateOf(browser)).toMatchObject({
      user: { email: katherine },
      authenticatedOrganizations: [globex],
    })
  })

  it('are nobody’s who signed in while the switch was under way', async () => {
    const { browser } = await signedIn(grace, { seed: { product: 'sso' } })
    const begun = await browser.open(`/switch/${globex}`, click)
    await browser.post('/logout', click).expect(303)
    await browser.signIn('/login?domain=acme.example', ada)
    await finish(browser, begun)
    expect(await stateOf(browser)).toMatchObject({ authenticatedOrganizations: [globex] })
  })

  it('are not a session’s that has ended meanwhile', async () => {
    const { browser } = await signedIn()
    const copy = browser.cookie(sessionCookie)
    const begun = await browser.open(`/switch/${globex}`, click)
    await browser.post('/logout', click).expect(303)
    const callback = await signInAt(begun.headers.location!, grace)
    const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
    const cookie = [...cookies, `${sessionCookie}=${copy}`].join('; ')
    await browser.open(callback, { ...sent, cookie }).expect(302)
    expect(await stateOf(browser)).toMatchObject({ authenticatedOrganizations: [globex] })
  })
})
