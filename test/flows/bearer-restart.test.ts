import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  memoryStore,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  type StateStore,
} from '../../src/index.ts'
import { showPrincipal } from '../support/application.ts'
import { startBearer } from '../support/bearer.ts'
import { eventually } from '../support/eventually.ts'
import type { HostApp } from '../support/hosts.ts'
import { remote } from '../support/processes.ts'

// What a process, or a store, that has forgotten the revocations makes of the tokens from before.

const everyKind = { accepts: ['user', 'organization-client', 'this-client'] } as const

function mount(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth(everyKind))
  app.use('/app', showPrincipal)
}

/** Processes of one application, one after the other or beside each other, by one clock. */
function scene() {
  let nowMs = Date.now()
  const clock = () => nowMs
  let environmentUrl: string | undefined

  async function begin(options: ScalekitAuthOptions = {}) {
    const given = { bearer: everyKind, clock, store: memoryStore({ clock }), ...options }
    const process = await startBearer(
      environmentUrl === undefined ? given : { ...given, environmentUrl },
      { mount },
      clock,
    )
    environmentUrl ??= process.keys.url
    return process
  }

  return {
    begin,
    clock,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

const ended = { session: { afterRestart: 'end' } } as const

describe('an access token that was revoked before a restart', () => {
  it('stays refused after it, as does every other from before, until the client renews it', async () => {
    const { begin, pass } = scene()
    const before = await begin(ended)
    const [revoked, other, machines] = [
      `Bearer ${await before.keys.personsToken({ claims: { jti: 'tkn_revoked' } })}`,
      `Bearer ${await before.keys.personsToken()}`,
      `Bearer ${await before.keys.organizationToken()}`,
    ]
    await before.auth.revoke({ tokenId: 'tkn_revoked' })
    await before.call('/app', revoked).expect(401)
    await before.call('/app', other).expect(200)
    pass(1000)
    const after = await begin(ended)
    for (const token of [revoked, other, machines]) {
      const { body, headers } = await after.call('/app', token).expect(401)
      expect(body).toMatchObject({
        code: 'invalid_token',
        detail: 'The access token was issued before the server restarted',
      })
      expect(headers['www-authenticate']).toContain('error="invalid_token"')
    }
    // A client renews it at once, in the second in which the process began.
    await after.call('/app', `Bearer ${await before.keys.personsToken()}`).expect(200)
    await after.call('/app', `Bearer ${await before.keys.organizationToken()}`).expect(200)
  })

  it('is valid again with `session.afterRestart: "keep"`, as a copied cookie is', async () => {
    const { begin, pass } = scene()
    const kept = { session: { afterRestart: 'keep' } } as const
    const before = await begin(kept)
    const token = `Bearer ${await before.keys.personsToken({ claims: { jti: 'tkn_revoked' } })}`
    await before.auth.revoke({ tokenId: 'tkn_revoked' })
    await before.call('/app', token).expect(401)
    pass(1000)
    await (await begin(kept)).call('/app', token).expect(200)
  })

  it('is refused alone where revocations are in a file', async () => {
    const { begin, clock, pass } = scene()
    const folder = mkdtempSync(join(tmpdir(), 'scalekit-bearer-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const open = () => memoryStore({ clock, file: join(folder, 'revocations') })
    const before = await begin({ ...ended, store: open() })
    const revoked = `Bearer ${await before.keys.personsToken({ claims: { jti: 'tkn_revoked' } })}`
    const other = `Bearer ${await before.keys.personsToken()}`
    await before.auth.revoke({ tokenId: 'tkn_revoked' })
    pass(1000)
    await before.auth.close()
    const after = await begin({ ...ended, store: open() })
    const { body } = await after.call('/app', revoked).expect(401)
    expect(body.detail).toBe('The access token was revoked')
    await after.call('/app', other).expect(200)
  })
})

describe('auth.revoke("everyone")', () => {
  it('ends no access token, but keeps those ended that are from before the process', async () => {
    const { begin, pass } = scene()
    const before = await begin(ended)
    const old = `Bearer ${await before.keys.personsToken()}`
    pass(1000)
    const { auth, call } = await begin(ended)
    const own = `Bearer ${await before.keys.personsToken()}`
    pass(5000)
    await call('/app', own).expect(200)
    await auth.revoke('everyone')
    await call('/app', own).expect(200)
    await call('/app', old).expect(401)
  })
})

describe('a shared store that came back empty', () => {
  it('revives no token: the processes remember, and tell it and each other', async () => {
    const { begin, clock } = scene()
    let current = memoryStore({ clock })
    const revocation = { maxLagMs: 100 }
    const shared = () => replaceable(() => current)
    const running = await begin({ store: shared(), revocation })
    const token = `Bearer ${await running.keys.personsToken({ claims: { jti: 'tkn_revoked' } })}`
    const other = `Bearer ${await running.keys.personsToken()}`
    await running.auth.revoke({ tokenId: 'tkn_revoked' })
    await running.call('/app', token).expect(401)
    current = memoryStore({ clock })
    await eventually(async () => {
      await running.call('/app', token).expect(401)
      expect(current.revocations.local?.size).toBeGreaterThan(0)
    })
    await running.call('/app', other).expect(200)
    const started = await begin({ store: shared(), revocation })
    await started.call('/app', token).expect(401)
    await started.call('/app', other).expect(200)
  })
})

/** A store behind a connection, which another one may take the place of. */
function replaceable(current: () => StateStore): StateStore {
  let seen: StateStore | undefined
  const { revocations, ...others } = remote(current())
  return {
    ...others,
    revocations: {
      ...revocations,
      write: (records) => current().revocations.write(records),
      async since(cursor) {
        const page = await current().revocations.since(cursor)
        const isRestart = seen !== undefined && seen !== current()
        seen = current()
        return { ...page, isRestart }
      },
    },
  }
}
