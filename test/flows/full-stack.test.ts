import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import { emulatorInterceptorSecret } from '../../src/lib/ground/sample-secrets.ts'
import type { OrganizationSeed, TriggerPoint } from '../../src/testing.ts'
import { browserAt, type Sight } from '../support/emulator-browser.ts'
import { start } from '../support/start.ts'

const [ada, grace, ivy] = ['ada@acme.example', 'grace@acme.example', 'ivy@mail.example']
const [acmeId, globexId] = ['org_69615647365005430', 'org_70087756662964366']

const initech: OrganizationSeed = {
  id: 'org_1',
  displayName: 'Initech',
  connection: null,
  people: [{ email: ivy, name: 'Ivy League', membershipStatus: 'PENDING_INVITE' }],
}

/** An application of Full Stack Auth, and a browser that keeps the cookies of both. */
async function fullStack(
  options: ScalekitAuthOptions = {},
  organizations?: OrganizationSeed[],
  product: 'full-stack' | 'sso' = 'full-stack',
) {
  const application = await start({
    seed: { product, ...(organizations ? { organizations } : {}) },
    options: { ...options, login: { fallback: 'hosted', ...options.login } },
  })
  const { emulator, url } = application
  const visitor = application.visitor()
  const scalekit = browserAt(emulator)
  const intercept = (triggerPoint: TriggerPoint) =>
    emulator.intercept({ triggerPoint, url: `${url}/interceptors` })
  return {
    ...application,
    visitor,
    scalekit,
    intercept,
    /** Opens a login URL, as far as Scalekit's page. */
    begin: async (path: string) => scalekit.open((await visitor.begin(path)).href),
    /** Comes back from Scalekit. */
    finish: ({ location }: Sight) =>
      visitor.open(location!.href, { 'Sec-Fetch-Site': 'cross-site' }),
    principal: async () => (await visitor.call('/public').expect(200)).body,
  }
}

describe('auth.revoke at Scalekit', () => {
  const home = '/login?domain=acme.example&return_to=/app'

  /** Ada, signed in, and what a second sign-in in the same browser meets. */
  async function signedIn(product: 'full-stack' | 'sso' = 'full-stack') {
    const application = await fullStack({}, undefined, product)
    const { begin, scalekit, finish, principal } = application
    await begin(home)
    await finish(await scalekit.choose(ada))
    const { user } = await principal()
    // The word for a sign-in that needs no password where Scalekit has a session.
    const again = `/login?organization_id=${acmeId}&prompt=select_account`
    const signInAgain = async () => ((await begin(again)).location ? 'goes through' : 'asks')
    return { ...application, userId: user.id as string, signInAgain }
  }

  it('ends Scalekit’s sessions of a user, so that the next sign-in asks who it is', async () => {
    const { auth, userId, principal, signInAgain } = await signedIn()
    expect(await signInAgain()).toBe('goes through')
    await auth.revoke({ userId })
    expect(await principal()).toMatchObject({ status: 'signed-out', reason: 'revoked' })
    expect(await signInAgain()).toBe('asks')
  })

  it('ends one session of Scalekit’s by its id', async () => {
    const sids: string[] = []
    const { auth, begin, scalekit, finish, principal } = await fullStack({
      login: { onLogin: ({ identity }) => void sids.push(identity.sid!) },
    })
    await begin(home)
    await finish(await scalekit.choose(ada))
    await auth.revoke({ sid: sids[0]! })
    expect(await principal()).toMatchObject({ reason: 'revoked' })
    const again = `/login?organization_id=${acmeId}&prompt=select_account`
    expect((await begin(again)).location).toBeUndefined()
  })

  it.each<[string, object, object, string]>([
    ['where it is told not to', {}, { atScalekit: false }, 'goes through'],
    ['of a user in one organization', { organizationId: acmeId }, {}, 'goes through'],
    ['of one when it is told to', { organizationId: acmeId }, { atScalekit: true }, 'asks'],
  ])('leaves them alone %s', async (_when, also, options, sight) => {
    const { auth, userId, principal, signInAgain } = await signedIn()
    await auth.revoke({ userId, ...also }, options)
    expect(await principal()).toMatchObject({ reason: 'revoked' })
    expect(await signInAgain()).toBe(sight)
  })

  it('asks nothing of Scalekit about a user of Modular SSO', async () => {
    const { auth, userId, emulator } = await signedIn('sso')
    await auth.revoke({ userId })
    expect(emulator.requests.filter(({ path }) => path.includes('/revoke'))).toEqual([])
  })

  it('has ended them where Scalekit does not know the user', async () => {
    const { auth } = await fullStack()
    await expect(auth.revoke({ userId: 'usr_1' })).resolves.toBeUndefined()
  })

  it('says so where Scalekit fails, and the end here stands', async () => {
    const { auth, userId, emulator, principal, log } = await signedIn()
    emulator.fail({ path: `/api/v1/users/${userId}/sessions/revoke`, status: 500 })
    await expect(auth.revoke({ userId })).rejects.toMatchObject({
      code: 'revoke_incomplete',
      status: 503,
      cause: { name: 'ApiError' },
    })
    expect(await principal()).toMatchObject({ status: 'signed-out', reason: 'revoked' })
    expect(log.join('\n')).toMatch(/^warn revoke: revoke_incomplete: .* not at Scalekit/m)
  })
})

describe('interceptors of the application, asked by the emulator', () => {
  function withHandlers(plan: string) {
    const custom: unknown[] = []
    const options: ScalekitAuthOptions = {
      interceptors: {
        secret: emulatorInterceptorSecret,
        onFailure: 'deny',
        onPreSessionCreation({ interceptor_context: { organization_id } }) {
          if (organization_id !== acmeId) throw new Error('There is no such customer')
          if (plan === 'ended') return { decision: 'DENY', message: 'Your plan has ended.' }
          return { decision: 'ALLOW', response: { claims: { plan } } }
        },
        onPreSignup: () => ({ decision: 'DENY', message: 'Please ask your administrator.' }),
      },
      login: {
        async onLogin({ tokens }) {
          const [, payload = ''] = tokens.accessToken.split('.')
          custom.push(JSON.parse(atob(payload)).custom_claims)
        },
      },
    }
    return { options, custom }
  }

  it('add claims to the tokens that the application gets', async () => {
    const { options, custom } = withHandlers('team')
    const { intercept, begin, scalekit, finish, principal, emulator } = await fullStack(options)
    intercept('PRE_SESSION_CREATION')
    await begin('/login?domain=acme.example&return_to=/app')
    await finish(await scalekit.choose(ada)).expect(302)
    expect(custom).toEqual([{ plan: 'team' }])
    expect(await principal()).toMatchObject({ status: 'signed-in', organizationId: acmeId })
    expect(emulator.interceptorCalls).toMatchObject([{ status: 200, decision: 'ALLOW' }])
  })

  it.each([
    ['denies', 'ended', 'domain=acme.example', ada],
    ['throws', 'team', 'domain=globex.example', 'katherine@globex.example'],
  ])('keep a user out where one %s, and the page says so', async (_what, plan, target, who) => {
    const { options, custom } = withHandlers(plan)
    const { intercept, begin, scalekit, finish, principal, log } = await fullStack(options)
    intercept('PRE_SESSION_CREATION')
    await begin(`/login?${target}`)
    const { text } = await finish(await scalekit.choose(who)).expect(403)
    expect(text).toContain('<h1>')
    expect(text).toContain('login_denied')
    expect(custom).toEqual([])
    expect((await principal()).status).toBe('signed-out')
    if (plan === 'ended') expect(log.join('\n')).toContain('Your plan has ended.')
  })

  it('keep a new account from being made', async () => {
    const { options } = withHandlers('team')
    const { intercept, begin, scalekit, finish, emulator } = await fullStack(options)
    intercept('PRE_SIGNUP')
    await begin('/login?prompt=create')
    const form = { email: 'joan@startup.example', name: 'Joan', organization: 'Startup' }
    await finish(await scalekit.send(form)).expect(403)
    expect(emulator.organizations).toHaveLength(2)
  })
})

describe('the hosted pages, through the application', () => {
  it('sign a new user up', async () => {
    const { begin, scalekit, finish, principal } = await fullStack()
    expect((await begin('/login?prompt=create&return_to=/app')).title).toBe('Create an account')
    const form = { email: 'joan@startup.example', name: 'Joan Clarke', organization: 'Startup' }
    await finish(await scalekit.send(form)).expect(302)
    expect(await principal()).toMatchObject({
      status: 'signed-in',
      user: { email: form.email, name: form.name },
      roles: ['admin'],
    })
  })

  it('switch a user between organizations, in one session of Scalekit', async () => {
    const sids = new Set<string | undefined>()
    const onLogin = ({ identity }: { readonly identity: { readonly sid?: string } }) =>
      void sids.add(identity.sid)
    const { begin, scalekit, finish, principal, visitor } = await fullStack({ login: { onLogin } })
    await begin('/login?domain=acme.example')
    await finish(await scalekit.choose(grace)).expect(302)
    await begin(`/login?organization_id=${globexId}&prompt=select_account`)
    await finish(await scalekit.choose(grace)).expect(302)
    expect(await principal()).toMatchObject({
      status: 'signed-in',
      organizationId: globexId,
      roles: ['advisor'],
      authenticatedOrganizations: [acmeId, globexId],
    })

    const back = await begin(`/login?organization_id=${acmeId}&prompt=select_account`)
    await finish(back).expect(302)
    expect(await principal()).toMatchObject({ organizationId: acmeId, roles: ['member'] })

    expect((await begin('/login?prompt=select_account')).title).toBe('Choose an organization')
    await finish(await scalekit.send({ organization: globexId })).expect(302)
    expect(await principal()).toMatchObject({ organizationId: globexId, roles: ['advisor'] })
    expect(sids.size).toBe(1)
    await visitor.post('/logout', { 'Sec-Fetch-Site': 'same-origin' }).expect(200)
    expect((await principal()).status).toBe('signed-out')
  })

  it('accept an invitation, although the application drops the parameter of its link', async () => {
    const { emulator, url, visitor, scalekit, begin, finish, principal } = await fullStack({}, [
      initech,
    ])
    const person = () => emulator.organizations[0]!.people[0]!
    const link = await scalekit.open(
      `${emulator.url}/emulator/invitation?${new URLSearchParams({ organization_id: 'org_1', email: ivy })}`,
    )
    expect(link.location?.href.startsWith(`${url}/login?invitation=`)).toBe(true)
    const request = await visitor.begin(link.location!.href)
    expect(request.searchParams.has('invitation')).toBe(false)
    expect((await begin(link.location!.pathname + link.location!.search)).title).toBe('Sign in')
    await scalekit.send({ email: ivy })
    await finish(await scalekit.send({ code: '424242' })).expect(302)
    expect(await principal()).toMatchObject({ organizationId: 'org_1', user: { email: ivy } })
    expect(person().membershipStatus).toBe('ACTIVE')
  })
})
