import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ScalekitAuth } from '../../src/index.ts'
import { type Application, mountAtRoot, startApplication } from '../support/application.ts'
import { submitted } from '../support/email-page.ts'
import type { HostApp } from '../support/hosts.ts'
import { rawGet } from '../support/raw-request.ts'
import { goodPlaces, hostilePlaces, strangePlaces } from '../support/return-to-corpus.ts'
import { answerWith, signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { headerLines } from '../support/stranger.ts'
import { navigation, type Visitor } from '../support/visitor.ts'

const ada = 'ada@acme.example'
/** A click on a page of the application. */
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

let application: Application
/** What `onLogin` answers next. */
let decided: string | undefined

beforeAll(async () => {
  const onLogin = () => (decided === undefined ? undefined : { returnTo: decided })
  application = await startApplication({
    mount: mountWithOwnRoutes,
    options: { login: { onLogin } },
  })
})
afterAll(() => application.close())

/** Beside the usual routes, one that begins a sign-in and one that signs out, to where they are told. */
function mountWithOwnRoutes(app: HostApp, auth: ScalekitAuth): void {
  app.use('/begin', (req, res, next) => {
    auth.login(req, res, { organizationId: 'acme', returnTo: placeIn(req) }).catch(next)
  })
  app.use('/begin-anywhere', (req, res, next) => {
    auth.login(req, res, { returnTo: placeIn(req) }).catch(next)
  })
  app.use('/end', (req: IncomingMessage, res: ServerResponse, next) => {
    auth.logout(req, res, { returnTo: placeIn(req) }).catch(next)
  })
  mountAtRoot(app, auth)
}

function placeIn({ url }: IncomingMessage): string {
  return new URL(url!, 'http://app.invalid').searchParams.get('to')!
}

/** The ways in which a place to go to comes in; each answers where the browser ends. */
const ways: Readonly<Record<string, (browser: Visitor, place: string) => Promise<string>>> = {
  'the query of /login': (browser, place) => signIn(browser, loginUrl(place)),

  'the form of the email page': async (browser, place) => {
    const query = new URLSearchParams({ return_to: place })
    const page = await browser.open(`/login?${query}`).expect(200)
    return signIn(browser, submitted(page.text, ada))
  },

  'the email page of a sign-in that the application begins': async (browser, place) => {
    const query = new URLSearchParams({ to: place })
    const page = await browser.open(`/begin-anywhere?${query}`).expect(200)
    return signIn(browser, submitted(page.text, ada))
  },

  'a sign-in that the application begins': (browser, place) =>
    signIn(browser, `/begin?${new URLSearchParams({ to: place })}`),

  onLogin: async (browser, place) => {
    decided = place
    return signIn(browser, loginUrl('/')).finally(() => {
      decided = undefined
    })
  },

  'the link of a sign-in that was refused': async (browser, place) => {
    const begun = await browser.begin(loginUrl(place))
    const refused = await browser.open(await answerWith(begun.href, 'denied')).expect(400)
    return signIn(browser, linkIn(refused, 'href'))
  },

  'the query of /logout, with nobody to sign out': (browser, place) =>
    locationOf(browser.open(logoutUrl(place), click)),

  'the query of /logout': async (browser, place) => {
    await signIn(browser, loginUrl('/'))
    return backFrom(browser, await browser.post(logoutUrl(place), click))
  },

  'the form of the sign-out page': async (browser, place) => {
    await signIn(browser, loginUrl('/'))
    const fromElsewhere = { 'Sec-Fetch-Site': 'cross-site' }
    const page = await browser.open(logoutUrl(place), fromElsewhere).expect(200)
    return backFrom(browser, await browser.post(linkIn(page, 'action'), click))
  },

  'a sign-out that the application begins': async (browser, place) => {
    await signIn(browser, loginUrl('/'))
    const url = `/end?${new URLSearchParams({ to: place })}`
    return backFrom(browser, await browser.open(url, click))
  },
}

async function signIn(browser: Visitor, url: string): Promise<string> {
  return locationOf(browser.signIn(url, ada))
}

/** Goes to Scalekit's end of the session and comes back. */
async function backFrom(browser: Visitor, { headers }: Response): Promise<string> {
  const returned = await fetch(headers.location!, { redirect: 'manual' })
  return locationOf(browser.open(returned.headers.get('location')!, click))
}

async function locationOf(answer: PromiseLike<Response>): Promise<string> {
  const { status, headers } = await answer
  expect(status).toBe(302)
  return headers.location!
}

/** Where the page's first link or form leads. */
function linkIn({ text }: Response, attribute: 'href' | 'action'): string {
  return new RegExp(`${attribute}="(/[^"]+)"`).exec(text)![1]!.replaceAll('&amp;', '&')
}

function loginUrl(place: string): string {
  return `/login?${new URLSearchParams({ organization_id: 'acme', return_to: place })}`
}

function logoutUrl(place: string): string {
  return `/logout?${new URLSearchParams({ return_to: place })}`
}

/** Every place with where it ended. */
async function endsOf(places: readonly string[], way: keyof typeof ways) {
  const ends: [place: string, end: string][] = []
  for (const place of places) ends.push([place, await ways[way]!(application.visitor(), place)])
  return ends
}

/** On this application's origin whoever reads it, none of the kit's routes, and one line. */
function isHarmless(end: string): boolean {
  const { origin, pathname } = new URL(end, application.url)
  const isOwn = ['/login', '/callback', '/logout', '/me'].includes(pathname)
  return origin === application.url && /^\/(?![/\\])[!-~]*$/.test(end) && !isOwn
}

describe.each(Object.keys(ways))('a place to go to, by %s,', (way) => {
  it('that leads elsewhere is the start page', async () => {
    const ends = await endsOf(hostilePlaces, way)
    expect(ends.filter(([, end]) => end !== '/')).toEqual([])
  }, 60_000)

  it('that only looks like elsewhere stays on this origin', async () => {
    const ends = await endsOf(strangePlaces, way)
    expect(ends.filter(([, end]) => !isHarmless(end))).toEqual([])
  }, 60_000)

  it('that is here arrives byte for byte', async () => {
    const ends = await endsOf(goodPlaces, way)
    expect(ends.filter(([place, end]) => end !== place)).toEqual([])
  }, 60_000)
})

describe('return_to', () => {
  it.each([
    ['twice, the hostile one first', 'return_to=//evil.example&return_to=/app'],
    ['twice, the hostile one last', 'return_to=/app&return_to=//evil.example'],
    ['twice the same', 'return_to=/app&return_to=/app'],
    ['twice, one name percent-encoded', 'return_to=/app&return%5Fto=//evil.example'],
  ])('%s, begins nothing', async (_what, query) => {
    const answer = await application.visitor().open(`/login?organization_id=acme&${query}`)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('parameter_invalid')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    ['a list', 'return_to[]=//evil.example'],
    ['a list beside it', 'return_to=/&return_to[]=//evil.example'],
    ['a list with an index', 'return_to[0]=//evil.example'],
    ['an object', 'return_to[path]=//evil.example'],
    ['an object of objects', 'a[return_to][b]=//evil.example'],
    ['a member of __proto__', '__proto__[return_to]=//evil.example'],
    ['capitals', 'Return_To=//evil.example'],
    ['all capitals', 'RETURN_TO=//evil.example'],
    ['camel case', 'returnTo=//evil.example'],
    ['a space behind it', 'return_to%20=//evil.example'],
    ['a space before it', '%20return_to=//evil.example'],
    ['a NUL behind it', 'return_to%00=//evil.example'],
    ['a name encoded twice', 'return%255Fto=//evil.example'],
    ['a value encoded twice', 'return_to=%252F%252Fevil.example'],
    ['a value encoded three times', 'return_to=%25252F%25252Fevil.example'],
    ['a semicolon before it', 'a=b;return_to=//evil.example'],
    ['a question mark before it', 'a=b?return_to=//evil.example'],
    ['the name next', 'next=//evil.example'],
    ['the name redirect_uri', 'redirect_uri=https://evil.example'],
    ['the name post_logout_redirect_uri', 'post_logout_redirect_uri=https://evil.example'],
    ['the name of the logout state', 'state=//evil.example'],
    ['the name of a relay state', 'relay_state=//evil.example'],
    ['an equals sign more', 'return_to==//evil.example'],
    ['an ampersand in entities', 'a=b&amp;return_to=//evil.example'],
  ])('as %s leads nowhere, at sign-in and at sign-out', async (_what, query) => {
    const browser = application.visitor()
    expect(await signIn(browser, `/login?organization_id=acme&${query}`)).toBe('/')
    const leaving = application.visitor().open(`/logout?${query}`, click)
    expect(await locationOf(leaving)).toBe('/')
  })

  it('in a fragment that a client did send is no place', async () => {
    const fragment = '#return_to=//evil.example'
    const target = `/login?organization_id=acme&return_to=/app${fragment}`
    const answer = await rawGet(application.url, target, headerLines(navigation))
    const headers = new Headers(answer.headers.map(([name, value]) => [name, value]))
    const cookie = headers.get('set-cookie')!.split(';')[0]!
    const back = await signInAt(headers.get('location')!, ada)
    const end = await locationOf(application.visitor().open(back, { cookie }))
    expect(end).toBe(`/app${fragment}`)
    expect(isHarmless(end)).toBe(true)
  })
})

describe('a page that only who is signed in may see', () => {
  it('sends nobody elsewhere, however it was asked for', async () => {
    const { url, emulator } = await start({ mount: mountAllGuarded })
    const absolute = ['http://evil.example/app', 'https://evil.example//', 'http://a@b/app']
    const targets = [...hostilePlaces, ...strangePlaces, ...absolute].filter(isRequestTarget)
    expect(targets.length).toBeGreaterThan(60)
    for (const target of targets) {
      const answer = await rawGet(url, target, headerLines(navigation))
      const location = answer.headers.find(([name]) => name === 'location')?.[1] ?? '/'
      const { origin, searchParams } = new URL(location, url)
      const returnTo = searchParams.get('return_to') ?? '/'
      expect([target, answer.status < 500, [url, emulator.url].includes(origin)]).toEqual([
        target,
        true,
        true,
      ])
      expect([target, new URL(returnTo, url).origin, /^\/(?!\/)/.test(returnTo)]).toEqual([
        target,
        url,
        true,
      ])
    }
  })
})

function mountAllGuarded(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use(auth.requireAuth())
}

/** Whether it can stand in the first line of a request at all. */
function isRequestTarget(place: string): boolean {
  return /^[!-~]+$/.test(place)
}
