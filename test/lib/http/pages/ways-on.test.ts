import type { IncomingMessage } from 'node:http'
import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import type { Application } from '../../../support/application.ts'
import { isExpressSession } from '../../../support/session-cookie.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { start } from '../../../support/start.ts'
import { navigation, type Visitor } from '../../../support/visitor.ts'

const [ada, grace, alan] = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example']
const acme = 'org_69615647365005430'
const globex = 'org_70087756662964366'

/** The links and buttons of a page in their order: `label -> path`. */
function waysOn({ text }: Response): string[] {
  const main = text.slice(text.indexOf('<main>'))
  const links = [
    ...main.matchAll(
      /<a[^>]* href="([^"]+)">([^<]+)<\/a>|action="([^"]+)".*?<button[^>]*>([^<]+)/g,
    ),
  ]
  return links.map(([, href, label, action, button]) =>
    `${label ?? button} -> ${href ?? action}`.replaceAll('&amp;', '&'),
  )
}

function labelsOn(answer: Response): string[] {
  return waysOn(answer).map((way) => way.split(' -> ')[0]!)
}

function linkOn(answer: Response, label: string): string {
  return waysOn(answer)
    .find((way) => way.startsWith(`${label} -> `))!
    .split(' -> ')[1]!
}

/** Comes back from Scalekit with this error. */
async function failWith(browser: Visitor, loginUrl: string, error: string): Promise<Response> {
  const state = (await browser.begin(loginUrl)).searchParams.get('state')!
  return browser.open(`/callback?${new URLSearchParams({ error, state })}`)
}

/** Follows redirects, signing in where Scalekit asks, until a page is shown. */
async function follow(browser: Visitor, link: string, who: string): Promise<Response> {
  let answer = await browser.open(link)
  for (let step = 0; answer.headers.location !== undefined && step < 10; step += 1) {
    const { location } = answer.headers
    const isAway = location.includes('/oauth/authorize')
    answer = await browser.open(isAway ? await signInAt(location, who) : location)
  }
  return answer
}

describe('the link to another organization', () => {
  /** Pages below `/o/:org` belong to that organization, and `/reports` to none. */
  function startWithOrganizations(): Promise<Application> {
    const inPath = ({ url, originalUrl = url }: IncomingMessage & { originalUrl?: string }) =>
      /^\/o\/([^/?]+)/.exec(originalUrl ?? '')?.[1]
    return start({
      mount(app, auth) {
        app.use(auth)
        app.use('/o', auth.requireOrganization(inPath))
        app.use('/o', auth.requireRole('admin'))
        app.use('/reports', auth.requireRole('admin'))
      },
    })
  }

  async function refusedAt(path: string) {
    const { visitor } = await startWithOrganizations()
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    await browser.signIn(`/login?organization_id=${acme}`, grace)
    return { browser, answer: await browser.open(path).expect(403) }
  }

  it('leads there from a page that belongs to one organization, and not back to that page', async () => {
    const { browser, answer } = await refusedAt(`/o/${acme}/settings`)
    await follow(browser, linkOn(answer, 'Switch to Globex'), grace)
    expect((await browser.call('/me')).body.organizationId).toBe(globex)
  })

  it('comes back to a page that every organization has', async () => {
    const { answer } = await refusedAt('/reports')
    expect(linkOn(answer, 'Switch to Globex')).toContain('&return_to=%2Freports')
  })
})

describe('a sign-in that failed because of its target', () => {
  it.each([
    ['access to another organization', 'login_target_mismatch'],
    ['a connection that is switched off', 'connection_not_active'],
    ['an organization that is unknown', 'invalid_organization_id'],
  ])('for %s offers another account first', async (_what, error) => {
    const { visitor, emulator } = await start()
    const browser = visitor()
    const begin = '/login?organization_id=acme&return_to=/app'
    let answer: Response
    if (error === 'login_target_mismatch') {
      emulator.fail({ idToken: { oid: globex } })
      answer = await browser.trySignIn(begin, ada)
    } else answer = await failWith(browser, begin, error)
    const [first, ...others] = labelsOn(answer)
    expect(first).toBe('Use another account')
    // The same target would fail again, except for a user who chose another organization there.
    const isSameTargetOffered = others.includes('Sign in again')
    expect(isSameTargetOffered).toBe(error === 'login_target_mismatch')
  })

  it('offers the same target first where its identity provider may only have had a problem', async () => {
    const { visitor } = await start()
    const answer = await failWith(visitor(), '/login?organization_id=acme', 'assertion_expired')
    expect(labelsOn(answer).slice(0, 2)).toEqual(['Sign in again', 'Use another account'])
  })
})

describe('the start page, after onLogin denied a sign-in,', () => {
  const onLogin = () => ({ deny: 'no seat left' })

  async function denied(login: ScalekitAuthOptions['login'], loginUrl: string): Promise<string[]> {
    const { visitor } = await start({ options: { login: { onLogin, ...login } } })
    return labelsOn(await visitor().trySignIn(loginUrl, ada))
  }

  it.each([
    ['Scalekit’s page', { fallback: 'hosted' }],
    ['login.resolve', { resolve: () => ({ organizationId: acme }) }],
  ] as const)('is not offered where %s would sign the same user in for it', async (_who, login) => {
    expect(await denied(login, '/login?return_to=/&organization_id=acme')).toEqual([
      'Use another account',
    ])
  })

  it('is offered where it is not the page of the sign-in', async () => {
    const ways = await denied({ fallback: 'hosted' }, '/login?return_to=/a&organization_id=acme')
    expect(ways).toEqual(['Use another account', 'Go to the start page'])
  })

  it('is offered where the email page would ask first', async () => {
    const ways = await denied({}, '/login?return_to=/&organization_id=acme')
    expect(ways).toEqual(['Use another account', 'Go to the start page'])
  })
})

describe('a page that no sign-in would open', () => {
  it('says that a user is refused where a route is for machines alone, and who they are', async () => {
    const { visitor } = await start({
      options: { bearer: { accepts: ['organization-client'] } },
      mount(app, auth) {
        app.use(auth)
        app.use('/machines', auth.requireAuth({ accepts: ['organization-client'] }))
      },
    })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', alan)
    const answer = await browser.open('/machines').expect(403)
    expect(answer.text).toContain('<code>user_not_accepted</code>')
    expect(answer.text).toContain('<h1>You do not have access</h1>')
    expect(answer.text).toContain(alan)
    expect(labelsOn(answer)).toContain('Sign out')
  })

  it('does not ask to try a wrong method again, or to sign in', async () => {
    const { visitor } = await start()
    const answer = await visitor().post('/login', navigation).expect(405)
    expect(answer.text).toContain('<h1>This page cannot be opened this way</h1>')
    expect(labelsOn(answer)).toEqual(['Go to the start page'])
  })

  it.skipIf(isExpressSession)('offers no sign-in for a mistake of the developer', async () => {
    const { visitor } = await start({
      options: { login: { onLogin: () => ({ user: { padding: 'x'.repeat(9000) } }) } },
    })
    const answer = await visitor().trySignIn('/login?domain=acme.example', ada)
    expect([answer.status, answer.text.includes('session_too_large')]).toEqual([500, true])
    expect(labelsOn(answer)).toEqual(['Go to the start page'])
  })

  it('offers no sign-in at a route that Scalekit calls', async () => {
    const secret = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    const { visitor } = await start({ options: { webhooks: { secret, onUnknown() {} } } })
    const answer = await visitor().post('/webhooks', navigation).expect(400)
    expect(labelsOn(answer)).toEqual(['Go to the start page'])
  })
})

describe('a refused sign-out', () => {
  const fromNowhere = {
    Accept: 'text/html',
    Origin: 'null',
    'Content-Type': 'application/x-www-form-urlencoded',
  }

  it('offers the sign-out that it did not accept, and no sign-in', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const answer = await browser.post('/logout?return_to=/bye', fromNowhere).expect(403)
    expect(waysOn(answer)).toEqual([
      'Go to the start page -> /',
      'Sign out -> /logout?return_to=%2Fbye',
    ])
    const [, csrf] = /name="csrf" value="([^"]+)"/.exec(answer.text)!
    await browser.post('/logout?return_to=/bye', fromNowhere).send(`csrf=${csrf}`).expect(303)
    expect((await browser.call('/me')).body.status).toBe('signed-out')
  })

  it('is no refusal that a sign-in would help, for a script either', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const { body } = await browser.post('/logout', { Accept: '*/*', Origin: 'null' }).expect(403)
    expect(body.code).toBe('cross_site_request')
    expect(body).not.toHaveProperty('loginUrl')
  })
})

describe('the languages that a sign-in was begun with', () => {
  const inEnglish = { 'Accept-Language': 'en' }

  it.each(['/login?ui_locales=de&prompt=now', '/login?ui_locales=de&organization_id=nowhere'])(
    'are those of the page where %s failed',
    async (loginUrl) => {
      const { visitor } = await start()
      const answer = await visitor().open(loginUrl, inEnglish).expect(400)
      expect(answer.text).toContain('<html lang="de">')
      expect(labelsOn(answer)).toContain('Zur Startseite')
    },
  )

  it('are kept by the links to another account and another organization', async () => {
    const { visitor } = await start()
    const browser = visitor()
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    await browser.signIn(`/login?organization_id=${acme}`, grace)
    const answer = await failWith(
      browser,
      '/login?ui_locales=de&domain=acme.example',
      'access_denied',
    )
    expect(linkOn(answer, 'Anderes Konto verwenden')).toContain('ui_locales=de')
    expect(linkOn(answer, 'Zu Globex wechseln')).toContain('ui_locales=de')
  })
})

describe('a denied sign-in in a browser with a session', () => {
  it('says that the user of the session is still signed in', async () => {
    const { visitor } = await start({
      options: {
        login: {
          onLogin: ({ identity }) =>
            identity.email === alan ? { deny: 'no seat left' } : undefined,
        },
      },
    })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', ada)
    const { text } = await browser.trySignIn('/login?domain=acme.example&prompt=login', alan)
    expect(text).toContain(`You are still signed in as <bdi><b>${ada}</b></bdi>.`)
    expect(text).not.toContain('You are signed in as')
  })
})
