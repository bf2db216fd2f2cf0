import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectHarmless, tokenCallCount } from '../support/answers.ts'
import { type Application, startApplication } from '../support/application.ts'
import { cookieMutations } from '../support/cookie-mutations.ts'
import { rawGet } from '../support/raw-request.ts'
import { isExpressSession, sessionCookie } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { headerLines, whoIsIt } from '../support/stranger.ts'
import { useStandingTime } from '../support/virtual-time.ts'
import { background, navigation, type Visitor } from '../support/visitor.ts'

useStandingTime()

const ada = 'ada@acme.example'
const grace = 'grace@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

/** Values that attackers may hold. */
interface Loot {
  /** The session cookies of two people. */
  readonly ada: string
  readonly grace: string
  /** Everything else of Ada's that is sealed, signed or random. */
  readonly transaction: string
  readonly logoutState: string
  readonly csrfToken: string
  readonly sessionId: string
  readonly idToken: string
}

/** A sign-in that waits for its callback. */
interface Begun {
  readonly browser: Visitor
  readonly callback: string
  /** Its cookie. */
  readonly name: string
  readonly value: string
}

let application: Application
let loot: Loot
let begun: Begun
let other: Begun

beforeAll(async () => {
  application = await startApplication()
  loot = await plunder(application)
  begun = await begin(application, ada)
  other = await begin(application, grace)
})
afterAll(() => application.close())

async function plunder({ visitor }: Application): Promise<Loot> {
  const [browser, another, leaving] = [visitor(), visitor(), visitor()]
  await browser.signIn(home, ada)
  await another.signIn(home, grace)
  await leaving.signIn(home, ada)
  const me = await browser.call('/me')
  const app = await browser.call('/app')
  const out = await leaving.post('/logout', { ...navigation, 'Sec-Fetch-Site': 'same-origin' })
  const away = new URL(out.headers.location!).searchParams
  await leaving.begin(home)
  return {
    ada: browser.cookie(sessionCookie)!,
    grace: another.cookie(sessionCookie)!,
    transaction: leaving.cookie(leaving.cookieNames().find((name) => name.includes('-tx-'))!)!,
    logoutState: away.get('state')!,
    csrfToken: me.body.csrfToken,
    sessionId: app.body.sessionId,
    idToken: away.get('id_token_hint')!,
  }
}

async function begin({ visitor }: Application, who: string): Promise<Begun> {
  const browser = visitor()
  const callback = new URL(await signInAt((await browser.begin(home)).href, who))
  const [name] = browser.cookieNames()
  const value = browser.cookie(name!)!
  return { browser, callback: callback.pathname + callback.search, name: name!, value }
}

/** Brings cookies to a callback and demands that nothing comes of it. */
async function expectNoSignIn({ callback }: Begun, ...cookies: readonly string[]) {
  const before = tokenCallCount(application.emulator)
  const lines = [...headerLines(background), ...cookies.map((cookie) => `Cookie: ${cookie}`)]
  const answer = await rawGet(application.url, callback, lines)
  expectHarmless(answer)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.body).not.toContain('login_state_used')
  expect(tokenCallCount(application.emulator)).toBe(before)
}

describe('a session cookie', () => {
  it('is its owner and nobody else', async () => {
    expect(await whoIsIt(application, [`${sessionCookie}=${loot.ada}`])).toBe(ada)
    expect(await whoIsIt(application, [`${sessionCookie}=${loot.grace}`])).toBe(grace)
  })

  it.each(Object.entries(cookieMutations))('%s is nobody', async (_what, mutation) => {
    const who = await whoIsIt(application, [`${sessionCookie}=${mutation.change(loot.ada)}`])
    if (isExpressSession && mutation.isDecoded) expect([undefined, ada]).toContain(who)
    else expect(who).toBeUndefined()
  })

  it.each<[string, (loot: Loot) => string]>([
    ['a sign-in in progress', ({ transaction }) => transaction],
    ['the state of a sign-out', ({ logoutState }) => logoutState],
    ['a token against cross-site requests', ({ csrfToken }) => csrfToken],
    ['the id of a session', ({ sessionId }) => sessionId],
    ['the id of a session, signed with nothing', ({ sessionId }) => `s%3A${sessionId}.`],
    ['an ID token', ({ idToken }) => idToken],
  ])('made of %s is nobody', async (_what, take) => {
    expect(await whoIsIt(application, [`${sessionCookie}=${take(loot)}`])).toBeUndefined()
  })

  it.each<[string, string]>([
    ['in upper case', sessionCookie.toUpperCase()],
    ['with __Host- over http', `__Host-${sessionCookie}`],
    ['with __Secure-', `__Secure-${sessionCookie}`],
    ['with brackets', `${sessionCookie}[]`],
    ['with an index', `${sessionCookie}.0`],
    ['of its second part', `${sessionCookie}.1`],
    ['percent-encoded', sessionCookie.replace('s', '%73')],
    ['cut', sessionCookie.slice(0, -1)],
    ['with a character before it', `x${sessionCookie}`],
    ['with a byte above ASCII before it', `\u00e9${sessionCookie}`],
    ['in quotes', `"${sessionCookie}"`],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['of another instance', 'other-session'],
  ])('under a name %s is nobody', async (_what, name) => {
    expect(await whoIsIt(application, [`${name}=${loot.ada}`])).toBeUndefined()
  })

  it.each<[string, (mine: string) => readonly string[]]>([
    ['two hundred others', (mine) => [...many(200, (at) => `a${at}=b`), mine]],
    ['two hundred lookalikes', (mine) => [...many(200, (at) => `${sessionCookie}${at}=b`), mine]],
    ['two hundred sign-ins in progress', (mine) => [...many(200, (at) => `${tx}${at}=b`), mine]],
    ['names from every prototype', (mine) => ['__proto__=a', 'constructor=b', 'toString=c', mine]],
    ['a second part that it does not need', (mine) => [mine, `${sessionCookie}.1=AAAA`]],
    ['empty ones and separators', (mine) => ['', '', '=', '=a', 'a', mine, '']],
    ['one that sets a version', (mine) => ['$Version=1', mine, '$Path=/']],
  ])('among %s is its owner still', async (_what, cookiesWith) => {
    const cookies = cookiesWith(`${sessionCookie}=${loot.ada}`)
    expect(await whoIsIt(application, [cookies.join('; ')])).toBe(ada)
    expect(await whoIsIt(application, [cookies.toReversed().join(';')])).toBe(ada)
  })

  it('is not looked for in ten thousand pieces for more than a second', async () => {
    const pieces = `${sessionCookie}`.repeat(Math.floor(14_000 / sessionCookie.length))
    expect(await whoIsIt(application, [pieces])).toBeUndefined()
    expect(await whoIsIt(application, [';'.repeat(14_000)])).toBeUndefined()
  })
})

describe('a session that is over', () => {
  const absoluteSeconds = 1000
  const idleSeconds = 100

  async function signedIn() {
    let now = Date.now()
    const clock = () => now
    const session = { absoluteSeconds, idleSeconds }
    const application = await start({ options: { clock, session }, seed: { clock } })
    const browser = application.visitor()
    await browser.signIn(home, ada)
    const wait = (seconds: number) => {
      now += seconds * 1000
    }
    return {
      application,
      browser,
      wait,
      stolen: `${sessionCookie}=${browser.cookie(sessionCookie)}`,
    }
  }

  it('by sign-out is nobody, whoever kept a copy', async () => {
    const { application, browser, stolen } = await signedIn()
    expect(await whoIsIt(application, [stolen])).toBe(ada)
    await browser.post('/logout', { ...navigation, 'Sec-Fetch-Site': 'same-origin' }).expect(303)
    expect(await whoIsIt(application, [stolen])).toBeUndefined()
  })

  it('by a sign-in that took its place is nobody', async () => {
    const { application, browser, stolen } = await signedIn()
    await browser.signIn(home, grace)
    expect(await whoIsIt(application, [stolen])).toBeUndefined()
    const current = `${sessionCookie}=${browser.cookie(sessionCookie)}`
    expect(await whoIsIt(application, [current])).toBe(grace)
  })

  // An application's own express-session lasts as long without use as the application says.
  it.skipIf(isExpressSession)('for lack of use is nobody', async () => {
    const { application, stolen, wait } = await signedIn()
    wait(idleSeconds)
    expect(await whoIsIt(application, [stolen])).toBeUndefined()
  })

  it('by its absolute end is nobody, however much it was used', async () => {
    const { application, browser, wait } = await signedIn()
    for (let used = 0; used < absoluteSeconds - idleSeconds; used += idleSeconds - 10) {
      wait(idleSeconds - 10)
      await browser.call('/app').expect(200)
    }
    wait(idleSeconds)
    const latest = `${sessionCookie}=${browser.cookie(sessionCookie)}`
    expect(await whoIsIt(application, [latest])).toBeUndefined()
  })
})

describe('the cookie of a sign-in in progress', () => {
  it.each(Object.entries(cookieMutations))('%s finishes nothing', async (_what, { change }) => {
    await expectNoSignIn(begun, `${begun.name}=${change(begun.value)}`)
  })

  it.each<[string, () => readonly string[]]>([
    ['left behind', () => []],
    ['of another browser', () => [`${other.name}=${other.value}`]],
    ['with the value of another', () => [`${begun.name}=${other.value}`]],
    ['with its value under the name of another', () => [`${other.name}=${begun.value}`]],
    ['with an older name', () => [`${olderName(begun.name)}=${begun.value}`]],
    ['with a name of capitals', () => [`${begun.name.toUpperCase()}=${begun.value}`]],
    ['with __Host- over http', () => [`__Host-${begun.name}=${begun.value}`]],
    ['with a cut name', () => [`${begun.name.slice(0, -1)}=${begun.value}`]],
    ['with a name without the hash', () => [`${begun.name.slice(0, -23)}=${begun.value}`]],
    ['under the name of a session', () => [`${sessionCookie}=${begun.value}`]],
    ['under __proto__', () => [`__proto__=${begun.value}`]],
    ['of another instance', () => [`${begun.name.replace('scalekit', 'other')}=${begun.value}`]],
    ['twice in one line', () => [`${begun.name}=${begun.value}; ${begun.name}=${begun.value}`]],
    ['twice in two lines', () => Array(2).fill(`${begun.name}=${begun.value}`)],
    ['with a planted one first', () => [`${begun.name}=planted; ${begun.name}=${begun.value}`]],
    ['with a planted one last', () => [`${begun.name}=${begun.value}; ${begun.name}=planted`]],
    ['with an empty one first', () => [`${begun.name}=; ${begun.name}=${begun.value}`]],
    ['with a session for its value', () => [`${begun.name}=${loot.ada}`]],
    ['with the state of a sign-out for its value', () => [`${begun.name}=${loot.logoutState}`]],
    ['with a token against cross-site requests', () => [`${begun.name}=${loot.csrfToken}`]],
    ['with the ID token for its value', () => [`${begun.name}=${loot.idToken}`]],
    ['with the state itself for its value', () => [`${begun.name}=${stateOf(begun)}`]],
  ])('%s finishes nothing', async (_what, cookies) => {
    await expectNoSignIn(begun, ...cookies())
  })

  it.each<[string, (query: URLSearchParams) => void]>([
    ['another state', (query) => query.set('state', stateOf(other))],
    ['a state that only begins alike', (query) => query.set('state', `${stateOf(begun)}A`)],
    ['the hash of its state', (query) => query.set('state', begun.name.slice(-22))],
    ['no state', (query) => query.delete('state')],
    ['its state twice', (query) => query.append('state', stateOf(begun))],
    ['two codes', (query) => query.append('code', 'a')],
    ['an issuer of somebody else', (query) => query.set('iss', 'https://evil.example')],
  ])('with a callback that has %s finishes nothing', async (_what, change) => {
    const url = new URL(begun.callback, application.url)
    change(url.searchParams)
    const callback = url.pathname + url.search
    await expectNoSignIn({ ...begun, callback }, `${begun.name}=${begun.value}`)
  })

  it('finishes among two hundred others, and among none, for its own browser', async () => {
    const others = many(200, (at) => `${tx}${at}=b`)
    const { emulator, url } = application
    const mine = [...others, `${other.name}=${other.value}`].join('; ')
    const answer = await rawGet(url, other.callback, [
      ...headerLines(navigation),
      `Cookie: ${mine}`,
    ])
    expect(answer.status).toBe(302)
    const calls = tokenCallCount(emulator)
    await begun.browser.open(begun.callback).expect(302)
    expect(tokenCallCount(emulator)).toBe(calls + 1)
  })

  it('that finished is used up, for its own browser and for whoever kept a copy', async () => {
    const done = await begin(application, ada)
    await done.browser.open(done.callback).expect(302)
    const before = tokenCallCount(application.emulator)
    const lines = [...headerLines(background), `Cookie: ${done.name}=${done.value}`]
    const answer = await rawGet(application.url, done.callback, lines)
    expectHarmless(answer)
    expect(JSON.parse(answer.body).code).toBe('login_state_used')
    const again = await done.browser.open(done.callback).expect(302)
    expect(again.headers.location).toBe('/')
    expect(tokenCallCount(application.emulator)).toBe(before)
  })
})

const tx = 'scalekit-tx-'

function many(count: number, nameOf: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => nameOf(at))
}

/** The same name, but for the time it says it was made. */
function olderName(name: string): string {
  return name.replace(/-tx-\w{9}-/, '-tx-000000001-')
}

function stateOf({ callback }: Begun): string {
  return new URL(callback, application.url).searchParams.get('state')!
}
