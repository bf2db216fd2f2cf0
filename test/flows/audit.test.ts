import { describe, expect, it } from 'vitest'
import { writeAuditLog } from '../../examples/production/audit.ts'
import type { ScalekitAuth, ScalekitAuthOptions } from '../../src/index.ts'
import { emulatorWebhookSecret as secret } from '../../src/lib/ground/sample-secrets.ts'
import { type ApplicationParts, showPrincipal } from '../support/application.ts'
import type { HostApp } from '../support/hosts.ts'
import { start } from '../support/start.ts'

const [ada, grace, alan] = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example']
const atAcme = '/login?domain=acme.example&return_to=/app'
const hourMs = 3_600_000

interface Line extends Readonly<Record<string, unknown>> {
  readonly event: string
}

function guarded(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/admin', auth.requireRole('owner'))
}

/** openid-client reads no other clock than the machine's, so the day begins now. */
const startsAt = Date.now()

/** An application that writes an audit log, and a clock for all of it. */
async function audited(
  options: ScalekitAuthOptions = {},
  mount: ApplicationParts['mount'] = guarded,
) {
  let now = startsAt
  const clock = () => now
  const application = await start({
    seed: { clock },
    options: { clock, webhooks: { secret }, session: { absoluteSeconds: 9 * 3600 }, ...options },
    mount,
  })
  const lines: Line[] = []
  writeAuditLog(application.auth, (line) => lines.push(JSON.parse(line)))
  const { emulator, url } = application
  emulator.subscribe({ url: `${url}/webhooks` })
  return {
    ...application,
    lines,
    pass(ms: number) {
      now += ms
    },
    /** The lines since it was last asked. */
    newLines: () => lines.splice(0),
  }
}

describe('an audit log made of auth.on alone', () => {
  it('has every sign-in, refusal and end of one day, with who, where and why', async () => {
    const { auth, emulator, visitor, pass, newLines, lines } = await audited()
    const day: Line[] = []
    const keep = () => day.push(...lines)
    const [organizationId] = emulator.organizations.map(({ id }) => id)
    const [laptop, phone, other, gone] = [visitor(), visitor(), visitor(), visitor()]

    // Ada is refused, signs in, is refused what only administrators may do, and signs out.
    await laptop.call('/app').expect(401)
    await laptop.signIn(atAcme, ada)
    await laptop.call('/app').expect(200)
    await laptop.call('/admin?token=not-for-the-log').expect(403)
    pass(hourMs)
    await laptop.post('/logout', { 'Sec-Fetch-Site': 'same-origin' }).expect(200)
    keep()
    const morning = newLines()
    const userId = morning[1]!.userId
    const sessionId = morning[1]!.sessionId
    const where = { ip: '127.0.0.1', at: startsAt }
    const who = { userId, email: ada, organizationId, sessionId }
    const sid = expect.stringMatching(/^ses_/)
    expect(userId).toMatch(/^usr_/)
    expect(morning).toEqual([
      {
        event: 'guard.denied',
        ...where,
        code: 'not_signed_in',
        reason: 'no-session',
        method: 'GET',
        path: '/app',
      },
      {
        event: 'login.succeeded',
        ...where,
        ...who,
        sid,
        connectionId: expect.stringMatching(/^conn_/),
        signInId: expect.stringMatching(/^[0-9a-f]{8}$/),
      },
      {
        event: 'guard.denied',
        ...where,
        ...who,
        code: 'role_required',
        via: 'session',
        method: 'GET',
        path: '/admin',
      },
      {
        event: 'session.ended',
        ...where,
        at: where.at + hourMs,
        ...who,
        sid,
        cause: 'sign-out',
        by: 'user',
        scope: 'session',
      },
    ])

    // Scalekit refuses a sign-in; Ada signs in twice in one browser.
    await phone.open('/callback?error=access_denied&state=made-up').expect(403)
    await phone.signIn(atAcme, ada)
    await phone.signIn(atAcme, ada)
    keep()
    expect(newLines()).toMatchObject([
      {
        event: 'login.failed',
        ip: '127.0.0.1',
        code: 'login_denied',
        providerError: 'access_denied',
        isUnsolicited: true,
      },
      { event: 'login.succeeded', userId },
      { event: 'session.ended', userId, cause: 'replaced', by: 'user', scope: 'session' },
      { event: 'login.succeeded', userId },
    ])

    // The application ends what Ada has left.
    pass(1000)
    await auth.revoke({ userId: String(userId) }, { reason: 'the phone was stolen' })
    // Scalekit says so of each of its sessions, in any order.
    await emulator.settled()
    await phone.call('/app').expect(401)
    keep()
    const theft = newLines()
    expect(theft.filter(({ cause }) => cause === 'webhook')).toContainEqual(
      expect.objectContaining({ reason: 'user.logout', scope: 'session', sid }),
    )
    expect(theft.filter(({ cause }) => cause !== 'webhook')).toMatchObject([
      {
        event: 'session.ended',
        userId,
        cause: 'revoked',
        by: 'application',
        scope: 'user',
        reason: 'the phone was stolen',
      },
      { event: 'guard.denied', userId, email: ada, code: 'not_signed_in', reason: 'revoked' },
    ])

    // Grace is removed at her company's directory.
    pass(1000)
    await gone.signIn(atAcme, grace)
    pass(1000)
    const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
    directory.deleteUser(directory.users.find(({ email }) => email === grace)!.id)
    await emulator.settled()
    await gone.call('/app').expect(401)
    keep()
    const removal = newLines()
    expect(removal).toMatchObject([
      { event: 'login.succeeded', email: grace },
      {
        event: 'session.ended',
        userId: removal[0]!.userId,
        email: grace,
        organizationId,
        cause: 'webhook',
        by: 'scalekit',
        scope: 'user',
        reason: 'organization.directory.user_deleted',
        deliveryId: expect.any(String),
      },
      { event: 'guard.denied', email: grace, reason: 'revoked' },
    ])

    // Alan's session expires while he is away, and his browser asks twice.
    await other.signIn(atAcme, alan)
    pass(10 * hourMs)
    await other.call('/app').expect(401)
    await other.call('/app').expect(401)
    keep()
    expect(newLines().filter(({ event }) => event === 'session.ended')).toMatchObject([
      { email: alan, cause: 'expired', by: 'kit', scope: 'session' },
    ])
    expect(JSON.stringify(day)).not.toMatch(/not-for-the-log|eyJ|state=|made-up/)
  })

  it('has refusals of the kit’s own routes, of other sites and of outages', async () => {
    const { lines, visitor } = await audited({ portal: { role: 'owner' } }, (app, auth) => {
      app.use(auth)
      app.use('/form', auth.requireSameOrigin())
      const isPaying = () => Promise.reject(new Error('the database is down'))
      app.use('/pro', auth.requireThat(isPaying, { code: 'plan_required' }))
    })
    const browser = visitor()
    await browser.call('/organizations').expect(401)
    await browser.open('/portal').expect(302)
    await browser.post('/form', { 'Sec-Fetch-Site': 'cross-site' }).expect(403)
    await browser.signIn(atAcme, grace)
    await browser.open('/portal').expect(403)
    await browser.call('/pro').expect(503)
    const refused = lines.filter(({ event }) => event === 'guard.denied')
    const shown = refused.map(({ email, method, path, code }) => [email, method, path, code])
    expect(shown).toEqual([
      [undefined, 'GET', '/organizations', 'not_signed_in'],
      [undefined, 'GET', '/portal', 'not_signed_in'],
      [undefined, 'POST', '/form', 'cross_site_request'],
      [grace, 'GET', '/portal', 'role_required'],
      [grace, 'GET', '/pro', 'authorization_unavailable'],
    ])
  })

  it('has a sign-in that a route of the application could not begin', async () => {
    const { lines, visitor } = await audited({}, (app, auth) => {
      app.use(auth)
      app.use('/enter', (req, res) => {
        auth
          .login(req, res, { organizationId: 'org_none', connectionId: '' })
          .catch(() => res.end())
      })
    })
    await visitor().open('/enter').expect(200)
    expect(lines).toMatchObject([{ event: 'login.failed', code: 'parameter_invalid' }])
  })
})

describe.each<[what: string, listener: () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('the disk is full')
    },
  ],
  ['rejects', () => Promise.reject(new Error('the disk is full'))],
  ['never settles', () => new Promise(() => {})],
])('a listener that %s', (_what, listener) => {
  it('changes no response, and the next listener hears all the same', async () => {
    const { auth, emulator, visitor, pass } = await audited()
    const heard: string[] = []
    for (const name of [
      'login.succeeded',
      'login.failed',
      'session.ended',
      'guard.denied',
    ] as const) {
      auth.on(name, listener)
      auth.on(name, () => void heard.push(name))
    }
    const browser = visitor()
    await browser.call('/app').expect(401)
    await browser.open('/callback?error=access_denied').expect(403)
    const { headers } = await browser.signIn(atAcme, ada)
    expect(headers.location).toBe('/app')
    await browser.post('/logout', { 'Sec-Fetch-Site': 'same-origin' }).expect(200)
    expect(heard).toEqual(['guard.denied', 'login.failed', 'login.succeeded', 'session.ended'])

    pass(1000)
    await browser.signIn(atAcme, grace)
    pass(1000)
    const directory = emulator.directory(emulator.organizations[0]!.directory!.id)
    directory.deleteUser(directory.users.find(({ email }) => email === grace)!.id)
    await emulator.settled()
    expect(emulator.deliveries.at(-1)?.attempts.at(-1)).toMatchObject({ status: 201 })
    await auth.revoke({ userId: 'usr_1' })
    expect(heard.slice(4)).toEqual(['login.succeeded', 'session.ended', 'session.ended'])
  })
})
