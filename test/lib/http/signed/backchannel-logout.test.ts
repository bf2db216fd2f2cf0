import connect from 'connect'
import express from 'express'
import { MemoryStore } from 'express-session'
import request, { type Test } from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Middleware, memoryStore, type SessionEnded } from '../../../../src/index.ts'
import type { ApplicationParts } from '../../../support/application.ts'
import { eventually } from '../../../support/eventually.ts'
import { failingStore } from '../../../support/failing-store.ts'
import { askOverHttp2 } from '../../../support/http2.ts'
import { start } from '../../../support/start.ts'
import { useVirtualTime } from '../../../support/virtual-time.ts'
import type { Visitor } from '../../../support/visitor.ts'

const [ada, grace] = ['ada@acme.example', 'grace@acme.example']
const home = '/login?domain=acme.example&return_to=/app'
const path = '/backchannel-logout'
const form = 'application/x-www-form-urlencoded'

/** An application whose emulator makes logout tokens that the test itself sends. */
async function startWithTokens(parts: ApplicationParts = {}) {
  let now = Date.now()
  const clock = () => now
  const application = await start({
    ...parts,
    options: { store: memoryStore({ clock }), clock, ...parts.options },
    seed: { backChannelLogoutUri: 'http://127.0.0.1:9/', ...parts.seed },
  })
  const { emulator, url } = application

  /** The logout token of a session at the emulator, with these claims in place of its own. */
  async function logoutToken(sid: string, claims: Readonly<Record<string, unknown>> = {}) {
    const stop = emulator.fail({ logoutToken: claims })
    emulator.endSession(sid)
    await emulator.settled()
    stop()
    return emulator.backChannelLogouts.at(-1)!.logoutToken
  }

  return {
    ...application,
    logoutToken,
    send: (token: string, at = path) => sendTo(url, token, at),
    async signIn(who: string, browser = application.visitor()) {
      await browser.signIn(home, who)
      await browser.call('/app').expect(200)
      return { browser, sid: emulator.sessions.at(-1)!.id }
    },
    pass(ms: number) {
      now += ms
      emulator.advance(ms / 1000)
    },
  }
}

function sendTo(url: string, token: string, at = path): Test {
  return request(url).post(at).type('form').send({ logout_token: token })
}

async function expectIn(...browsers: readonly Visitor[]) {
  for (const browser of browsers) await browser.call('/app').expect(200)
}

async function expectOut(...browsers: readonly Visitor[]) {
  for (const browser of browsers) await browser.call('/app').expect(401)
}

async function expectInvalid(sending: Test, description: string | RegExp, status = 400) {
  const { body, headers } = await sending.expect(status)
  expect(body).toEqual({
    error: 'invalid_request',
    error_description: expect.stringMatching(description),
  })
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['set-cookie']).toBeUndefined()
}

describe('a back-channel logout', () => {
  it('by sid ends that session, and no other of the user', async () => {
    const { signIn, logoutToken, send } = await startWithTokens()
    const [laptop, phone, other] = [await signIn(ada), await signIn(ada), await signIn(grace)]
    const answer = await send(await logoutToken(laptop.sid)).expect(200)
    expect(answer.text).toBe('')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['set-cookie']).toBeUndefined()
    await expectOut(laptop.browser)
    await expectIn(phone.browser, other.browser)
  })

  it('by sub alone ends all sessions of the user, and no other user’s', async () => {
    const { signIn, logoutToken, send } = await startWithTokens()
    const [laptop, phone, other] = [await signIn(ada), await signIn(ada), await signIn(grace)]
    await send(await logoutToken(laptop.sid, { sid: undefined })).expect(200)
    await expectOut(laptop.browser, phone.browser)
    await expectIn(other.browser)
  })

  it('by sub lets a later sign-in stand, which revives no other session', async () => {
    const { signIn, logoutToken, send, pass } = await startWithTokens()
    const [laptop, phone] = [await signIn(ada), await signIn(ada)]
    await send(await logoutToken(laptop.sid, { sid: undefined })).expect(200)
    pass(3000)
    const again = await signIn(ada)
    await expectIn(again.browser)
    await expectOut(laptop.browser, phone.browser)
    await signIn(ada, laptop.browser)
    await expectIn(laptop.browser)
    await expectOut(phone.browser)
  })

  it('that arrives late ends no session that began after it', async () => {
    const { signIn, logoutToken, send, pass } = await startWithTokens()
    const before = await signIn(ada)
    const token = await logoutToken(before.sid, { sid: undefined })
    pass(60_000)
    const after = await signIn(ada)
    await send(token).expect(200)
    await expectOut(before.browser)
    await expectIn(after.browser)
  })

  it('that is sent again is refused, and ends no session that began between', async () => {
    const { signIn, logoutToken, send, pass, log } = await startWithTokens()
    const { browser, sid } = await signIn(ada)
    const token = await logoutToken(sid, { sid: undefined })
    await send(token).expect(200)
    pass(3000)
    await signIn(ada, browser)
    for (const seconds of [0, 100, 600]) {
      pass(seconds * 1000)
      await expectInvalid(send(token), /already used|was refused/)
      await expectIn(browser)
    }
    expect(log.filter((line) => line.includes('already used'))).toHaveLength(2)
  })

  it('that comes ten times at once is taken once', async () => {
    const { signIn, logoutToken, send } = await startWithTokens()
    const { browser, sid } = await signIn(ada)
    const token = await logoutToken(sid)
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(token)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 400)])
    await expectOut(browser)
  })

  it('is told by session.ended and by one line of the log', async () => {
    const { auth, signIn, logoutToken, send, log } = await startWithTokens()
    const ended: SessionEnded[] = []
    auth.on('session.ended', (event) => void ended.push(event))
    const [laptop, phone] = [await signIn(ada), await signIn(ada)]
    const { body } = await laptop.browser.call('/app').expect(200)
    await send(await logoutToken(laptop.sid)).expect(200)
    await send(await logoutToken(phone.sid, { sid: undefined })).expect(200)
    const by = { by: 'scalekit', cause: 'back-channel-logout', userId: body.user.id }
    const common = { ...by, at: expect.any(Number), ip: '127.0.0.1' }
    expect(ended).toEqual([
      { ...common, scope: 'session', sid: laptop.sid },
      { ...common, scope: 'user' },
    ])
    expect(log.filter((line) => line.startsWith('info back-channel logout'))).toEqual([
      expect.stringContaining('info back-channel logout: ended one session'),
      expect.stringContaining('info back-channel logout: ended all sessions of one user'),
    ])
  })

  it('is written to the store before listeners hear of it', async () => {
    const written: string[] = []
    const store = memoryStore()
    const revocations = {
      ...store.revocations,
      async write(marks: Parameters<typeof store.revocations.write>[0]) {
        await store.revocations.write(marks)
        written.push(...marks.map(({ clock }) => `mark by ${clock}`))
      },
    }
    const { auth, signIn, logoutToken, send } = await startWithTokens({
      options: { store: { ...store, revocations }, clock: Date.now },
    })
    const { sid } = await signIn(ada)
    written.length = 0
    auth.on('session.ended', () => void written.push('heard'))
    await send(await logoutToken(sid)).expect(200)
    expect(written).toEqual(['mark by scalekit', 'heard'])
  })
})

describe('sent by the emulator itself, a back-channel logout', () => {
  it.each<[string, Parameters<typeof start>[0] & object]>([
    ['at its default path', { backchannelLogout: path }],
    [
      'below a base path',
      {
        backchannelLogout: `/auth${path}`,
        callback: '/auth/callback',
        options: { basePath: '/auth' },
      },
    ],
    [
      'at a path of the application’s choice, its route mounted alone',
      {
        backchannelLogout: '/over',
        options: { paths: { backchannelLogout: '/over' } },
        mount(app, auth) {
          app.use('/over', auth.routes.backchannelLogout)
          app.use(auth)
          app.use('/app', auth.requireAuth())
          app.use('/app', (_req, res) => res.end())
        },
      },
    ],
  ])('is received %s', async (_where, parts) => {
    const { emulator, visitor, options } = await startAt(parts)
    const [laptop, phone] = [visitor(), visitor()]
    const login = `${options?.basePath ?? ''}${home}`
    await laptop.signIn(login, ada)
    const { id } = emulator.sessions.at(-1)!
    await phone.signIn(login, ada)
    await expectIn(laptop, phone)
    emulator.endSession(id)
    await emulator.settled()
    expect(emulator.backChannelLogouts).toMatchObject([{ sessionId: id, status: 200 }])
    await expectOut(laptop)
    await expectIn(phone)
  })

  async function startAt(parts: ApplicationParts) {
    return { ...(await start(parts)), options: parts.options }
  }
})

describe('a request that is no logout', () => {
  it.each(['get', 'put', 'delete', 'options'] as const)(
    'by %s is answered with 405',
    async (method) => {
      const { url } = await startWithTokens()
      const sending = request(url)[method](path)
      const { headers } = await sending
      expect(headers.allow).toBe('POST')
      await expectInvalid(request(url)[method](path), /must be called with POST/, 405)
    },
  )

  it('is answered with JSON, even to a browser', async () => {
    const { url } = await startWithTokens()
    const sending = request(url)
      .get(path)
      .set('Accept', 'text/html')
      .set('Sec-Fetch-Mode', 'navigate')
    await expectInvalid(sending, /must be called with POST/, 405)
  })

  it.each<[string, string, string, RegExp]>([
    ['no token', form, '', /logout_token is missing/],
    ['an empty token', form, 'logout_token=', /logout_token is missing/],
    ['another name', form, 'token=e30.e30.e30', /logout_token is missing/],
    ['two tokens', form, 'logout_token=a&logout_token=b', /appears more than once/],
    ['the same token twice', form, 'logout_token=a&logout_token=a', /appears more than once/],
    ['garbage for a token', form, 'logout_token=%00%ff', /was refused/],
    ['a form that is none', form, '\u0000{]&&==', /logout_token is missing/],
    ['JSON', 'application/json', '{"logout_token":"e30.e30.e30"}', /must be a form/],
    ['text', 'text/plain', 'logout_token=e30.e30.e30', /must be a form/],
    ['a type that begins like a form', `${form}x`, 'logout_token=e30.e30.e30', /must be a form/],
  ])('with %s is answered with 400', async (_what, type, body, description) => {
    const { url } = await startWithTokens()
    await expectInvalid(request(url).post(path).set('Content-Type', type).send(body), description)
  })

  it('without a type is answered with 400', async () => {
    const { url } = await startWithTokens()
    const { status } = await fetch(url + path, {
      method: 'POST',
      body: Buffer.from('logout_token=a'),
    })
    expect(status).toBe(400)
  })

  it('with its token in the query alone is answered with 400', async () => {
    const { signIn, logoutToken, url } = await startWithTokens()
    const { browser, sid } = await signIn(ada)
    const sending = request(url)
      .post(`${path}?logout_token=${await logoutToken(sid)}`)
      .type('form')
    await expectInvalid(sending, /logout_token is missing/)
    await expectIn(browser)
  })

  it('that is too large is answered with 400 and not read to its end', async () => {
    const { url } = await startWithTokens()
    const body = `logout_token=${'a'.repeat(100_000)}`
    const sending = request(url).post(path).type('form').send(body)
    await expectInvalid(sending, /The body has more than 32768 bytes/)
    const token = request(url)
      .post(path)
      .type('form')
      .send(`logout_token=${'a'.repeat(9000)}`)
    await expectInvalid(token, /The token has more than 8192 characters/)
  })

  it('leaves one line in the log, without the token', async () => {
    const { signIn, logoutToken, send, log } = await startWithTokens()
    const { sid } = await signIn(ada)
    const token = await logoutToken(sid, { aud: 'skc_2' })
    await expectInvalid(send(token), /was refused/)
    const lines = log.filter((line) => line.includes('back-channel logout failed'))
    expect(lines).toEqual([expect.stringMatching(/^warn .*logout_token_invalid: .* <- .*aud/)])
    expect(log.join()).not.toContain(token.split('.')[1])
  })
})

describe('a body parser above the kit', () => {
  const parsers: Readonly<Record<string, () => Middleware>> = {
    'express.urlencoded({ extended: true })': () => as(express.urlencoded({ extended: true })),
    'express.urlencoded({ extended: false })': () => as(express.urlencoded({ extended: false })),
    'express.json()': () => as(express.json()),
    'express.raw()': () => as(express.raw({ type: '*/*' })),
    'express.text()': () => as(express.text({ type: '*/*' })),
    'one that sets an empty body and reads nothing': () => (req, _res, next) => {
      Object.assign(req, { body: {} })
      next()
    },
  }
  const as = (parser: unknown) => parser as Middleware

  function startBelow(parser: Middleware) {
    return startWithTokens({
      mount(app, auth) {
        app.use(parser)
        app.use(auth)
        app.use('/app', auth.requireAuth())
        app.use('/app', (_req, res) => res.end())
      },
    })
  }

  it.each(Object.keys(parsers))('%s takes nothing away', async (name) => {
    const { signIn, logoutToken, send } = await startBelow(parsers[name]!())
    const { browser, sid } = await signIn(ada)
    await send(await logoutToken(sid)).expect(200)
    await expectOut(browser)
  })

  it.each(Object.keys(parsers))('%s hides no repeated token', async (name) => {
    const { signIn, logoutToken, url } = await startBelow(parsers[name]!())
    const { browser, sid } = await signIn(ada)
    const body = `logout_token=${await logoutToken(sid)}`
    const sending = request(url).post(path).type('form').send(`${body}&${body}`)
    await expectInvalid(sending, /appears more than once/)
    await expectIn(browser)
  })

  it.each([
    'logout_token[]=',
    'logout_token[0]=',
    'logout_token[token]=',
    '__proto__[logout_token]=',
  ])('makes no token of %s', async (name) => {
    const { signIn, logoutToken, url } = await startBelow(
      as(express.urlencoded({ extended: true })),
    )
    const { browser, sid } = await signIn(ada)
    const body = `${encodeURI(name)}${await logoutToken(sid)}`
    await expectInvalid(request(url).post(path).type('form').send(body), /logout_token is missing/)
    await expectIn(browser)
  })

  it('that keeps nothing is an error of the application, and Scalekit may try again', async () => {
    const { signIn, logoutToken, send, log } = await startBelow((req, _res, next) => {
      req.on('end', () => next()).resume()
    })
    const { browser, sid } = await signIn(ada)
    const { headers } = await send(await logoutToken(sid)).expect(503)
    expect(headers['retry-after']).toBe('5')
    await expectIn(browser)
    expect(log.join('\n')).toMatch(/error back-channel logout failed: webhook_body_consumed/)
  })
})

describe('with the session', () => {
  it('in a store that the kit mounts itself, it ends, too', async () => {
    const { signIn, logoutToken, send } = await startWithTokens({
      options: { session: { store: new MemoryStore() } },
    })
    const [laptop, phone] = [await signIn(ada), await signIn(ada)]
    await send(await logoutToken(laptop.sid)).expect(200)
    await expectOut(laptop.browser)
    await expectIn(phone.browser)
  })
})

describe('over HTTP/2, a back-channel logout', () => {
  const headers = { ':method': 'POST', ':path': path, 'content-type': form }

  it('is received', async () => {
    const { auth, signIn, logoutToken } = await startWithTokens()
    const { browser, sid } = await signIn(ada)
    const body = `logout_token=${await logoutToken(sid)}`
    const answer = await askOverHttp2(connect().use(auth), headers, body)
    expect(answer.headers[':status']).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    await expectOut(browser)
  })

  it('that is too large is refused', async () => {
    const { auth } = await startWithTokens()
    const answer = await askOverHttp2(connect().use(auth), headers, 'a'.repeat(40_000))
    expect(answer.headers[':status']).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' })
  })
})

describe('while something is away, a back-channel logout', () => {
  useVirtualTime()

  async function expectToComeAgain(sending: Test) {
    const { body, headers } = await sending.expect(503)
    expect(body).toEqual({ error: 'temporarily_unavailable' })
    expect(headers['retry-after']).toBe('5')
    expect(headers['cache-control']).toBe('no-store')
  }

  it.each(['refusing', 'hanging'] as const)(
    'is not acknowledged by a store that is %s, and taken when it comes again',
    async (state) => {
      const { store, is } = failingStore()
      const { signIn, logoutToken, send } = await startWithTokens({
        options: { store, clock: Date.now },
      })
      const { browser, sid } = await signIn(ada)
      const token = await logoutToken(sid)
      is(state)
      await expectToComeAgain(send(token))
      is('well')
      await eventually(async () => void (await send(token).expect(200)))
      await eventually(() => expectOut(browser))
    },
  )

  it('is taken when it comes again, though the store failed between revocation and single use', async () => {
    const store = memoryStore()
    const claim = vi.fn(store.singleUse.claim)
    const { signIn, logoutToken, send } = await startWithTokens({
      options: { store: { ...store, singleUse: { claim } }, clock: Date.now },
    })
    const { browser, sid } = await signIn(ada)
    const token = await logoutToken(sid)
    claim.mockRejectedValueOnce(new Error('gone'))
    await expectToComeAgain(send(token))
    await expectOut(browser)
    await send(token).expect(200)
  })

  it.each<[string, string, object]>([
    ['the keys', '/keys', { status: 503 }],
    ['usable keys', '/keys', { status: 404 }],
    ['discovery', '/.well-known/openid-configuration', { hang: true }],
  ])('is not acknowledged without %s', async (_what, missing, fault) => {
    const store = memoryStore()
    const first = await startWithTokens({ options: { store, clock: Date.now } })
    const { browser, sid } = await first.signIn(ada)
    const token = await first.logoutToken(sid)
    const { emulator } = first
    // Another process, which has asked Scalekit for nothing yet.
    const second = await start({ emulator, options: { ...emulator.options, store } })
    const stop = emulator.fail({
      path: missing,
      times: Number.POSITIVE_INFINITY,
      ...fault,
    } as never)
    await expectToComeAgain(sendTo(second.url, token))
    await expectIn(browser)
    stop()
    await eventually(async () => void (await sendTo(second.url, token).expect(200)))
    await expectOut(browser)
  })
})

describe('logout tokens that name unknown keys', () => {
  it('load the keys at most once in half a minute', async () => {
    const { signIn, logoutToken, send, emulator } = await startWithTokens()
    const { sid } = await signIn(ada)
    const [, ...rest] = (await logoutToken(sid, { aud: 'skc_2' })).split('.')
    const loads = () => emulator.requests.filter(({ path: asked }) => asked === '/keys').length
    await expectInvalid(send(['e30', ...rest].join('.')), /was refused/)
    // jose asks `Date` how old its copy is.
    const loadedAt = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: loadedAt })
    onTestFinished(() => void vi.useRealTimers())
    const made = Array.from({ length: 20 }, (_, kid) => {
      const header = { alg: 'RS256', typ: 'logout+jwt', kid: `snk_${kid}` }
      return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
    })
    await expectInvalid(send(made[0]!), /was refused/)
    const before = loads()
    vi.setSystemTime(loadedAt + 29_000)
    for (const token of made) await expectInvalid(send(token), /was refused/)
    expect(loads()).toBe(before)
    vi.setSystemTime(loadedAt + 31_000)
    for (const token of made) await expectInvalid(send(token), /was refused/)
    expect(loads()).toBe(before + 1)
  })
})
