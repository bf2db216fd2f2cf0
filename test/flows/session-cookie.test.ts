import type { IncomingMessage, ServerResponse } from 'node:http'
import { MemoryStore } from 'express-session'
import { describe, expect, it, vi } from 'vitest'
import { getAuth, memoryStore, type StateStore } from '../../src/index.ts'
import { type ApplicationParts, applicationSession, mountAtRoot } from '../support/application.ts'
import type { HostApp } from '../support/hosts.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { start } from '../support/start.ts'
import { type Gate, gate } from '../support/taking.ts'
import { navigation, type Visitor } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const grace = 'grace@acme.example'
const home = '/login?domain=acme.example&return_to=/app'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }
const halfDayMs = 43_200_000
const maxLagMs = 200

type Options = NonNullable<ApplicationParts['options']>
type WithSession = IncomingMessage & { session: Record<string, unknown> }

/** The kinds of session whose cookie the kit sets. */
const kinds: readonly [kind: string, options: () => Options][] = [
  ['sealed cookie', () => ({ session: 'cookie' })],
  ['express-session that the kit mounts', () => ({ session: { store: new MemoryStore() } })],
]
const sealed = kinds[0]!
const stored = kinds[1]!

/** Every place a session can be kept, with what mounts it. */
const everywhere: readonly (readonly [string, () => ApplicationParts])[] = [
  ...kinds.map(([kind, options]) => [kind, () => ({ options: options() })] as const),
  [
    'application’s express-session',
    () => ({
      options: { session: 'express-session' },
      mount(app, auth) {
        app.use(applicationSession())
        mountAtRoot(app, auth)
      },
    }),
  ],
]

/** A page whose handler waits until the test opens its gate. */
interface Slow {
  readonly came: Gate
  readonly mayEnd: Gate
}

/**
 * An application whose time the test moves, with a public page that does something to its response, a
 * page that is slow, one that is public to caches, and one that keeps something in the session.
 */
async function startAt(
  options: Options,
  reply: (req: IncomingMessage, res: ServerResponse) => void,
) {
  let time = Date.now()
  const clock = () => time
  const slow: Slow = { came: gate(), mayEnd: gate() }
  const application = await start({
    options: { clock, ...options },
    seed: { clock },
    mount(app, auth) {
      mountAtRoot(app, auth)
      mountSlow(app, slow)
      app.use('/reply', reply)
      app.use('/keep', (req, res) => {
        const { session } = req as WithSession
        session.cart = 'one'
        res.end(JSON.stringify(session.cart))
      })
    },
  })
  const advance = (ms: number) => {
    time += ms
  }
  return { ...application, slow, clock, advance }
}

function mountSlow(app: HostApp, { came, mayEnd }: Slow): void {
  app.use('/slow', (req, res) => {
    getAuth(req)
    if (req.url?.includes('write')) (req as WithSession).session.note = 'late'
    came.open()
    mayEnd.opened.then(() => res.end('done'), res.destroy)
  })
}

async function linesOf(answer: PromiseLike<{ readonly headers: Record<string, unknown> }>) {
  const { headers } = await answer
  return [headers['set-cookie'] ?? []].flat().map(String)
}

const sessionLines = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('scalekit-session'))

describe.skipIf(isExpressSession).each(kinds)('a renewal in the %s', (_kind, options) => {
  it.each<[string, (res: ServerResponse) => void]>([
    ['setHeader', (res) => res.setHeader('Set-Cookie', 'theirs=1')],
    ['setHeader, as a list', (res) => res.setHeader('Set-Cookie', ['theirs=1', 'also=2'])],
    ['writeHead', (res) => res.writeHead(200, { 'Set-Cookie': 'theirs=1' })],
    ['writeHead, as a list', (res) => res.writeHead(200, ['set-cookie', 'theirs=1'])],
    [
      'writeHead with a reason',
      (res) => res.writeHead(200, 'Fine', { 'Set-Cookie': ['theirs=1'] }),
    ],
  ])('stands beside what the handler sets by %s', async (_how, set) => {
    const { visitor, advance } = await startAt(options(), (req, res) => {
      getAuth(req)
      set(res)
      res.end()
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(sessionLines(await linesOf(browser.call('/reply')))).toEqual([])
    advance(halfDayMs)
    const lines = await linesOf(browser.call('/reply'))
    expect(lines).toContainEqual(expect.stringMatching(/^theirs=1/))
    expect(sessionLines(lines)).toHaveLength(1)
    await browser.call('/app').expect(200)
  })

  it('leaves the rest of Cache-Control to the application', async () => {
    const { visitor, advance } = await startAt(options(), (req, res) => {
      getAuth(req)
      res.writeHead(200, { 'Cache-Control': 'no-cache, no-transform' })
      res.end('data: 1\n\n')
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    const cacheControl = async () => (await browser.call('/reply')).headers['cache-control']
    expect(await cacheControl()).toBe('private, no-cache, no-transform')
    advance(halfDayMs)
    expect(await cacheControl()).toBe('no-cache, no-transform, no-store')
  })

  it('is left out of a response whose request came before another renewal', async () => {
    const { visitor, advance, slow } = await startAt(options(), () => {})
    const browser = visitor()
    await browser.signIn(home, ada)
    advance(halfDayMs)
    const late = linesOf(browser.call('/slow'))
    await slow.came.opened
    expect(sessionLines(await linesOf(browser.call('/app')))).toHaveLength(1)
    slow.mayEnd.open()
    expect(await late).toEqual([])
    await browser.call('/app').expect(200)
  })

  it('comes with the next response where a response with one was lost', async () => {
    const { visitor, advance } = await startAt(options(), () => {})
    const browser = visitor()
    await browser.signIn(home, ada)
    const before = `scalekit-session=${browser.cookie('scalekit-session')}`
    advance(halfDayMs)
    await browser.call('/app').expect(200)
    // The sealed cookie says itself how old it is; of the other kind the id is the same.
    const again = visitor().call('/app', { cookie: before }).expect(200)
    expect(sessionLines(await linesOf(again))).toHaveLength(_kind === sealed[0] ? 1 : 0)
  })

  it.each([
    ['is left to the next request where this one outlasted `maxLagMs`', maxLagMs + 1, 0],
    ['comes where it did not', maxLagMs - 50, 1],
  ])('with a store that processes share, %s', async (_what, lastsMs, renewals) => {
    const shared = { store: sharedStore(), revocation: { maxLagMs } }
    const { visitor, advance, slow } = await startAt({ ...options(), ...shared }, () => {})
    const browser = visitor()
    await browser.signIn(home, ada)
    advance(halfDayMs)
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const late = linesOf(browser.call('/slow'))
      await slow.came.opened
      vi.advanceTimersByTime(lastsMs)
      slow.mayEnd.open()
      expect(sessionLines(await late)).toHaveLength(renewals)
      expect(sessionLines(await linesOf(browser.call('/app')))).toHaveLength(1 - renewals)
    } finally {
      vi.useRealTimers()
    }
  })
})

/** A store that other processes might write to, as far as the kit can tell. */
function sharedStore(): StateStore {
  const { revocations, ...rest } = memoryStore()
  const { local: _local, ...shared } = revocations
  return { ...rest, revocations: shared }
}

describe.skipIf(isExpressSession).each(kinds)('a late response in the %s', (kind, options) => {
  /** Begins a slow request past half of the idle time, lets something happen, and ends it. */
  async function lateAfter(act: (browser: Visitor) => Promise<unknown>) {
    const application = await startAt(options(), () => {})
    const browser = application.visitor()
    await browser.signIn(home, ada)
    application.advance(halfDayMs)
    const path = kind === stored[0] ? '/slow?write' : '/slow'
    const late = browser.call(path)
    const lines = linesOf(late)
    await application.slow.came.opened
    await act(browser)
    application.slow.mayEnd.open()
    return { ...application, browser, lines: sessionLines(await lines) }
  }

  it.each<[string, string, string]>([
    ['a sign-in', home, ada],
    ['a sign-in of another person', home, grace],
    ['a switch', '/login?organization_id=globex&return_to=/app', 'katherine@globex.example'],
  ])('sets no cookie after %s', async (_act, loginUrl, who) => {
    const { browser, lines } = await lateAfter((it) => it.signIn(loginUrl, who))
    expect(lines).toEqual([])
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(who)
  })

  it('sets no cookie after a sign-out that another process handled', async () => {
    const both = { ...options(), store: memoryStore() }
    const { visitor, url, emulator, slow, advance, clock } = await startAt(both, () => {})
    const other = await start({ emulator, options: { ...both, clock, baseUrl: url } })
    const browser = visitor()
    await browser.signIn(home, ada)
    advance(halfDayMs)
    const lines = linesOf(browser.call('/slow'))
    await slow.came.opened
    const cookie = `scalekit-session=${browser.cookie('scalekit-session')}`
    const headers = { ...click, cookie, Host: new URL(url).host }
    await other.visitor().post('/logout', headers).expect(303)
    slow.mayEnd.open()
    expect(await lines).toEqual([])
  })

  it('sets no cookie after a sign-out', async () => {
    const { browser, lines } = await lateAfter((it) => it.post('/logout', click).expect(303))
    expect(lines).toEqual([])
    expect(browser.cookieNames()).not.toContain('scalekit-session')
    await browser.call('/app').expect(401)
  })
})

describe.skipIf(isExpressSession).each(everywhere)('a late sign-out in the %s', (_kind, parts) => {
  /** A sign-out that is under way: before the kit hears of it, and while the kit ends the session. */
  async function signingOut(isHeldByStore: boolean) {
    const base = parts()
    const held: Slow = { came: gate(), mayEnd: gate() }
    let isHeld = false
    async function hold() {
      if (!isHeld) return
      isHeld = false
      held.came.open()
      await held.mayEnd.opened
    }
    const { tokenStore, ...others } = memoryStore()
    const get: StateStore['tokenStore']['get'] = async (id) => {
      if (isHeldByStore) await hold()
      return tokenStore.get(id)
    }
    const store = { ...others, tokenStore: { ...tokenStore, get } }
    const application = await start({
      ...base,
      options: { ...base.options, store },
      mount(app, auth) {
        if (base.mount) base.mount(app, auth)
        else mountAtRoot(app, auth)
        app.use('/bye', (req, res, next) => {
          const wait = isHeldByStore ? Promise.resolve() : hold()
          wait.then(() => auth.logout(req, res)).catch(next)
        })
      },
    })
    const browser = application.visitor()
    await browser.signIn(home, ada)
    isHeld = true
    return { ...application, browser, held }
  }

  it.each([
    ['before the kit hears of it', false],
    ['while the store is asked', true],
  ])('leaves a user signed in who signed in again %s', async (_when, isHeldByStore) => {
    const { browser, visitor, held } = await signingOut(isHeldByStore)
    const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
    const copy = { Cookie: cookies.join('; ') }
    const late = browser.call('/bye')
    const lines = linesOf(late)
    await held.came.opened
    await browser.signIn(home, grace)
    held.mayEnd.open()
    expect(sessionLines(await lines)).toEqual([])
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(grace)
    await visitor().call('/app', copy).expect(401)
  })

  it('clears the cookie beside another sign-out, whichever answer arrives', async () => {
    const { browser, held } = await signingOut(true)
    const lines = linesOf(browser.call('/bye'))
    await held.came.opened
    await browser.call('/bye').expect(302)
    held.mayEnd.open()
    expect(String(await lines)).toMatch(/=;/)
    await browser.call('/app').expect(401)
  })
})

it.skipIf(isExpressSession)(
  'a sign-out whose store has let go of the session leaves one that began before its answer alone',
  async () => {
    const [destroyed, mayEnd] = [gate(), gate()]
    const store = new MemoryStore()
    const destroy = store.destroy.bind(store)
    const { visitor } = await startAt({ session: { store } }, () => {})
    const browser = visitor()
    await browser.signIn(home, ada)
    store.destroy = (id, done) => {
      store.destroy = destroy
      destroy(id, () => {
        destroyed.open()
        mayEnd.opened.then(() => done?.(), done)
      })
    }
    const lines = linesOf(browser.post('/logout', click))
    await destroyed.opened
    // No session leads from the one to the other any more, only the cookie.
    await browser.signIn(home, grace)
    mayEnd.open()
    expect(sessionLines(await lines)).toEqual([])
    const { body } = await browser.call('/app').expect(200)
    expect(body.user.email).toBe(grace)
  },
)

describe.skipIf(isExpressSession)('a guest’s response that is late', () => {
  it.each([
    ['reads', true, '/slow'],
    ['writes to the session', true, '/slow?write'],
    ['begins a session', false, '/slow?write'],
  ])('and %s does not bring the guest back after a sign-in', async (_what, hasCart, path) => {
    const options: Options = { session: { store: new MemoryStore(), idleSeconds: 600 } }
    const { visitor, slow, advance } = await startAt(options, () => {})
    const browser = visitor()
    if (hasCart) await browser.call('/keep')
    const begun = await browser.begin(home)
    // Past half of the idle time, and within the time that a sign-in may take.
    advance(301_000)
    const callback = await signInAt(begun.href, ada)
    const late = browser.call(path)
    const lines = linesOf(late)
    await slow.came.opened
    await browser.open(callback).expect(302)
    await browser.call('/app').expect(200)
    slow.mayEnd.open()
    expect(await lines).toEqual([])
    await browser.call('/app').expect(200)
  })

  it('is its first, and begins the session of the guest', async () => {
    const { visitor } = await startAt(stored[1](), () => {})
    const browser = visitor()
    expect(sessionLines(await linesOf(browser.call('/keep')))).toHaveLength(1)
    expect(sessionLines(await linesOf(browser.call('/keep')))).toEqual([])
  })
})

describe.skipIf(isExpressSession).each(everywhere)('with the session in the %s', (_kind, parts) => {
  it.each<[string, (req: IncomingMessage, res: ServerResponse) => void]>([
    ['nothing about caches', (req) => getAuth(req)],
    [
      'that all may keep it, before it asks',
      (req, res) => {
        res.setHeader('Cache-Control', 'public, max-age=600')
        res.setHeader('Vary', 'Accept')
        getAuth(req)
      },
    ],
    [
      'that all may keep it, after it asked',
      (req, res) => {
        getAuth(req)
        res.setHeader('Cache-Control', 'public, max-age=600')
        res.setHeader('Vary', 'Accept')
      },
    ],
    [
      'that all may keep it, to writeHead',
      (req, res) => {
        getAuth(req)
        res.writeHead(200, { 'cache-control': 'public, s-maxage=600', vary: 'Accept' })
      },
    ],
  ])('a page that reads who is asking is private, though it says %s', async (_what, reply) => {
    const base = parts()
    const { visitor } = await start({
      ...base,
      mount(app, auth) {
        if (base.mount) base.mount(app, auth)
        else mountAtRoot(app, auth)
        app.use('/reply', (req, res) => {
          reply(req, res)
          res.end()
        })
        app.use('/reply-guarded', auth.requireAuth())
        app.use('/reply-guarded', (_req, res) => {
          res.setHeader('Cache-Control', 'public, max-age=600')
          res.setHeader('Vary', 'Accept')
          res.end()
        })
        app.use('/never-read', (_req, res) => {
          res.setHeader('Cache-Control', 'public, max-age=600')
          res.end()
        })
      },
    })
    const browser = visitor()
    const expectPrivate = async (path: string) => {
      const { headers } = await browser.call(path).expect(200)
      expect(headers['cache-control']).toMatch(/^private(, max-age=600)?$/)
      expect(headers.vary).toMatch(/\bCookie\b/)
    }
    await expectPrivate('/reply')
    await browser.signIn(home, ada)
    await expectPrivate('/reply')
    await expectPrivate('/reply-guarded')
    const { headers } = await browser.call('/never-read').expect(200)
    expect(headers['cache-control']).toBe('public, max-age=600')
    expect(headers.vary).toBeUndefined()
  })
})

describe.skipIf(isExpressSession).each(everywhere.slice(1))(
  'what the application keeps in the %s',
  (_kind, parts) => {
    async function keeping(who = ada) {
      const base = parts()
      const { visitor } = await start({
        ...base,
        mount(app, auth) {
          if (base.mount) base.mount(app, auth)
          else mountAtRoot(app, auth)
          app.use('/keep', (req, res) => {
            ;(req as WithSession).session.cart = 'one'
            res.end()
          })
          app.use('/kept', (req, res) => void res.end(String((req as WithSession).session.cart)))
        },
      })
      const browser = visitor()
      await browser.signIn(home, who)
      await browser.call('/keep').expect(200)
      const cart = async () => (await browser.call('/kept').expect(200)).text
      expect(await cart()).toBe('one')
      return { browser, cart }
    }

    it.each([
      ['second sign-in', home],
      ['step-up', `${home}&prompt=login`],
    ])('outlives a %s of the same person', async (_what, loginUrl) => {
      const { browser, cart } = await keeping()
      await browser.signIn(loginUrl, ada)
      await browser.call('/app').expect(200)
      expect(await cart()).toBe('one')
    })

    it.each([
      ['another person', home, 'alan@acme.example'],
      ['the same person in another organization', '/login?organization_id=globex', grace],
    ])('is gone after a sign-in of %s', async (_who, loginUrl, who) => {
      const { browser, cart } = await keeping(grace)
      await browser.signIn(loginUrl, who)
      await browser.call('/app').expect(200)
      expect(await cart()).toBe('undefined')
    })
  },
)
