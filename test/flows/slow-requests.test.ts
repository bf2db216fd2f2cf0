import { expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { revocationKey } from '../../src/lib/auth/revocation.ts'
import { showPrincipal } from '../support/application.ts'
import { start } from '../support/start.ts'

const ada = 'ada@acme.example'
const organizationId = 'org_69615647365005430'

/** Ada signed in to an application that shares a store, and whose requests take over a second. */
async function slowly() {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { revocations, ...others } = memoryStore()
  const { write } = revocations
  let isDown = false
  const since = async (cursor: string | undefined) => {
    if (isDown) throw new Error('connection refused')
    return revocations.since(cursor)
  }
  let meanwhile = async () => {}
  const { visitor, emulator } = await start({
    // As seen by this process: what others write it has to ask for.
    options: { store: { ...others, revocations: { write, since } } },
    mount(app, auth) {
      app.use(auth)
      app.use((_req, _res, next) => {
        vi.advanceTimersByTime(1001)
        meanwhile().then(() => next(), next)
      })
      app.use('/guarded', auth.requireAuth())
      app.use(showPrincipal)
    },
  })
  const browser = visitor()
  await browser.signIn('/login?organization_id=acme', ada)
  return {
    open(path: string, does = async () => {}) {
      meanwhile = does
      return browser.call(path)
    },
    async storeEnds() {
      isDown = true
    },
    /** What another process writes, as when the organization is deleted. */
    async organizationEnds() {
      const now = Date.now()
      const key = revocationKey(emulator.url, { organizationId })
      await write([{ key, notBefore: now, expiresAt: now + 60_000 }])
    },
  }
}

it.each(['/read', '/guarded'])(
  'shows who was asking when the request came, at %s',
  async (path) => {
    const { open } = await slowly()
    // The second finds revocations that are too old when it comes, too.
    for (const _request of [1, 2]) {
      const { body } = await open(path).expect(200)
      expect(body.user.email).toBe(ada)
    }
  },
)

it('is refused by a guard if its session was ended meanwhile', async () => {
  const { open, organizationEnds } = await slowly()
  await open('/guarded', organizationEnds).expect(401)
})

it('is answered 503 by a guard if nobody can tell any more', async () => {
  const { open, storeEnds } = await slowly()
  const { body } = await open('/guarded', storeEnds).expect(503)
  expect(body.code).toBe('store_unavailable')
})
