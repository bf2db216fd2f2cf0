import { RedisStore } from 'connect-redis'
import { MemoryStore, type Store } from 'express-session'
import { expect, it, onTestFinished } from 'vitest'
import { applicationSession, mountAtRoot } from '../../support/application.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import { start } from '../../support/start.ts'
import { navigation } from '../../support/visitor.ts'

const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

interface WithSession {
  readonly session: { note?: string }
  readonly sessionID: string
}

/** Opens when told to. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Signs Ada out while a request of hers still works on her session, and writes it afterwards. */
async function writeOverSignOut(store: Store) {
  const [arrived, mayGoOn] = [gate(), gate()]
  let sessionId = ''
  const application = await start({
    mount(app, auth) {
      app.use(applicationSession(store))
      mountAtRoot(app, auth)
      app.use('/slow', async (req, res) => {
        const { session, sessionID } = req as unknown as WithSession
        sessionId = sessionID
        arrived.open()
        await mayGoOn.opened
        session.note = 'written late'
        res.end('done')
      })
    },
  })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const cookie = `connect.sid=${browser.cookie('connect.sid')}`
  const slow = browser.call('/slow').then(({ text }) => text)
  await arrived.opened
  await browser.post('/logout', click).expect(303)
  mayGoOn.open()
  expect(await slow).toBe('done')
  return { ...application, browser, cookie, sessionId }
}

function read(store: Store, sessionId: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    store.get(sessionId, (error, session) => (error ? reject(error) : resolve(session)))
  })
}

const stores: readonly [name: string, isHere: boolean, create: () => Promise<Store>][] = [
  ['memory', true, async () => new MemoryStore()],
  [
    'a real Redis',
    hasRedis,
    async () => {
      const { client, close } = await startRedis()
      onTestFinished(close)
      return new RedisStore({ client })
    },
  ],
]

for (const [name, isHere, create] of stores) {
  it.skipIf(!isHere)(
    `whoever signed out stays out when a slow request writes the session back: ${name}`,
    async () => {
      const store = await create()
      const { browser, cookie, visitor, sessionId } = await writeOverSignOut(store)
      // The session is in the store again, with everything that was in it.
      expect(await read(store, sessionId)).toMatchObject({
        note: 'written late',
        scalekit: expect.any(String),
      })
      await browser.call('/app').expect(401)
      await visitor().call('/app', { cookie }).expect(401)
      const { body } = await visitor().call('/public', { cookie })
      expect(body).toEqual({ status: 'signed-out', reason: 'revoked' })
    },
  )
}
