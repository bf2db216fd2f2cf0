import type { IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore, type ScalekitAuth, type ScalekitAuthOptions } from '../../src/index.ts'
import { showPrincipal } from '../support/application.ts'
import { startBearer } from '../support/bearer.ts'
import type { HostApp } from '../support/hosts.ts'
import { start } from '../support/start.ts'

const ada = 'ada@acme.example'
const maxLagMs = 50

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/guarded', auth.requireAuth())
  app.use('/posted', auth.requireSameOrigin())
  app.use('/members', auth.requireRole('superuser'))
  app.use('/socket', (req: IncomingMessage, res) => {
    auth.authenticate(req).then(
      ({ principal }) => res.end(JSON.stringify(principal)),
      (error: Error) => res.end(String(error)),
    )
  })
  app.use(showPrincipal)
}

/** Options with a store that is well, and needs longer for each response than `maxLagMs`. */
function options(): ScalekitAuthOptions {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { revocations, ...others } = memoryStore()
  const since = async (cursor: string | undefined) => {
    const page = await revocations.since(cursor)
    vi.advanceTimersByTime(maxLagMs + 10)
    return page
  }
  const { write } = revocations
  return { store: { ...others, revocations: { write, since } }, revocation: { maxLagMs } }
}

describe('a store that responds later than `maxLagMs`', () => {
  async function signedIn() {
    const { visitor } = await start({ options: options(), mount })
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    return browser
  }

  it.each(['/read', '/guarded', '/socket'])('is waited for at %s', async (path) => {
    const browser = await signedIn()
    const { body, text } = await browser.call(path).expect(200)
    expect(text).toContain(ada)
    expect(JSON.stringify(body)).not.toContain('store_unavailable')
  })

  it('is waited for by a form', async () => {
    const browser = await signedIn()
    await browser.post('/posted', { 'Sec-Fetch-Site': 'same-origin' }).expect(200)
  })

  it('is waited for by a page that says who is signed in', async () => {
    const browser = await signedIn()
    const { text } = await browser.open('/members').expect(403)
    expect(text).toContain(`You are signed in as <bdi><b>${ada}</b></bdi>.`)
  })

  it.each(['/read', '/guarded'])('is waited for by an access token, at %s', async (path) => {
    const { keys, call } = await startBearer({ ...options(), bearer: {} }, { mount })
    const token = `Bearer ${await keys.personsToken()}`
    for (const _call of ['verified', 'known']) {
      const { body } = await call(path, token).expect(200)
      expect(body).toMatchObject({ status: 'signed-in', via: 'bearer' })
    }
  })
})
