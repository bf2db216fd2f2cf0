import { describe, expect, it } from 'vitest'
import { tokenVault } from '../../../src/lib/auth/token-vault.ts'
import { randomText } from '../../../src/lib/ground/bytes.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import type { Authority, Identity } from '../../../src/lib/ground/types.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { ada, hourMs, now, settableClock, tokens } from '../identities.ts'

const older = 'the older secret of these tests'
const newer = 'the newer secret of these tests'
const tokenKey = randomText(128)
const later = now + 8 * 24 * hourMs
const { sessionId } = ada()
const authority: Authority = {
  roles: ['admin'],
  permissions: [],
  scopes: ['openid'],
  claims: { plan: 'pro' },
  issuedAt: now,
  freshUntil: now + hourMs,
}

/** The sessions of both kinds: with a key that only a cookie holds, and without. */
const kinds: readonly [string, Identity][] = [
  ['in a sealed cookie', ada({ tokenKey })],
  ['in express-session', ada()],
]

describe.each(kinds)('the tokens of a session %s', (_kind, identity) => {
  it('are kept with their version and authority', async () => {
    const { vault } = setUp()
    await vault.put(identity, { tokens: tokens(), authority })
    expect(await vault.get(identity)).toEqual({ version: 0, tokens: tokens(), authority })
    expect(await vault.get(ada({ sessionId: 'another' }))).toBeUndefined()
  })

  it('are sealed in the store, where nothing of them can be read', async () => {
    const { vault, tokenStore } = setUp()
    const long = tokens({ accessToken: 'access-of-ada', refreshToken: 'refresh-of-ada' })
    await vault.put(identity, { tokens: long, authority })
    const entry = await tokenStore.get(sessionId)
    expect(entry).toEqual({ version: 0, sealed: expect.stringMatching(/^1\.[\w-]{8}\.[\w-]+$/) })
    const bytes = Buffer.from(entry!.sealed.split('.')[2]!, 'base64url').toString('latin1')
    expect(entry!.sealed + bytes).not.toMatch(/of-ada|admin|openid/)
  })

  it('are replaced where the version is the expected one', async () => {
    const { vault } = setUp()
    await vault.put(identity, { tokens: tokens() })
    const renewed = { version: 1, tokens: tokens({ accessToken: 'renewed' }), authority }
    expect(await vault.replace(identity, renewed, 1)).toBe('changed')
    expect(await vault.replace(identity, renewed, 0)).toBe('replaced')
    expect(await vault.get(identity)).toEqual(renewed)
    expect(await vault.replace(ada({ sessionId: 'another' }), renewed, 0)).toBe('gone')
  })

  it('are kept until the absolute end of their session, also when they are replaced', async () => {
    const { vault, at } = setUp()
    await vault.put(identity, { tokens: tokens() })
    await vault.replace(identity, { version: 1, tokens: tokens() }, 0)
    at(identity.absoluteExpiresAt - 1)
    expect(await vault.get(identity)).toBeDefined()
    at(identity.absoluteExpiresAt)
    expect(await vault.get(identity)).toBeUndefined()
  })

  it('are gone when they are removed', async () => {
    const { vault } = setUp()
    await vault.put(identity, { tokens: tokens() })
    await vault.remove(identity)
    expect(await vault.get(identity)).toBeUndefined()
  })

  it('open with a secret that was replaced, and are sealed by the new one when renewed', async () => {
    const { vault, others } = setUp()
    await vault.put(identity, { tokens: tokens() })
    const rotated = others({ secrets: [newer, older] })
    expect(await rotated.get(identity)).toMatchObject({ tokens: tokens() })
    await rotated.replace(identity, { version: 1, tokens: tokens() }, 0)
    expect(await others({ secrets: [newer] }).get(identity)).toMatchObject({ version: 1 })
    expect(await others({ secrets: [older] }).get(identity)).toBeUndefined()
  })

  it.each<[string, Partial<Identity>, { secrets?: string[]; instanceId?: string }]>([
    ['another secret', {}, { secrets: [newer] }],
    ['another instance', {}, { instanceId: 'b' }],
    ['another key of the cookie', { tokenKey: randomText(128) }, {}],
    ['an empty key of the cookie', { tokenKey: '' }, {}],
  ])('do not open for %s, which is one line in the log', async (_whose, changes, parts) => {
    const { vault, others, lines } = setUp()
    await vault.put(identity, { tokens: tokens() })
    const other = others(parts)
    for (let time = 0; time < 2; time += 1)
      expect(await other.get({ ...identity, ...changes })).toBeUndefined()
    expect(lines).toEqual([expect.stringMatching(/^warn tokens_unreadable: /)])
  })

  it('do not open for another session that they were copied to', async () => {
    const { vault, tokenStore } = setUp()
    await vault.put(identity, { tokens: tokens() })
    await tokenStore.put('of-alan', (await tokenStore.get(sessionId))!, later)
    expect(await vault.get({ ...identity, sessionId: 'of-alan' })).toBeUndefined()
  })
})

it('do not open without the key of the cookie, and none that were sealed without it with one', async () => {
  const { vault } = setUp()
  const [inCookie, inSession] = [ada({ tokenKey }), ada()]
  await vault.put(inCookie, { tokens: tokens() })
  expect(await vault.get(inSession)).toBeUndefined()
  await vault.put(inSession, { tokens: tokens() })
  expect(await vault.get(inCookie)).toBeUndefined()
})

describe('tokens that a version before kept as JSON', () => {
  const plain = JSON.stringify(tokens({ refreshToken: 'r' }))

  it('are read for a session that it began, and sealed when they are replaced', async () => {
    const { vault, tokenStore } = setUp()
    await tokenStore.put(sessionId, { version: 0, sealed: plain }, later)
    const kept = { version: 0, tokens: tokens({ refreshToken: 'r' }) }
    expect(await vault.get(ada())).toEqual(kept)
    expect(await vault.replace(ada(), { ...kept, version: 1, authority }, 0)).toBe('replaced')
    expect((await tokenStore.get(sessionId))?.sealed).toMatch(/^1\./)
    expect(await vault.get(ada())).toEqual({ ...kept, version: 1, authority })
  })

  it.each<[string, Partial<Identity>]>([
    ['has a key in its cookie', { tokenKey }],
    ['knows where its roles are from', { authority: { issuedAt: now } }],
  ])('are not read for a session that %s: they were planted', async (_what, changes) => {
    const { vault, tokenStore, lines } = setUp()
    await tokenStore.put(sessionId, { version: 0, sealed: plain }, later)
    expect(await vault.get(ada(changes))).toBeUndefined()
    expect(lines).toEqual([expect.stringMatching(/^warn tokens_unreadable: /)])
  })

  it('are not read for a session whose id alone is known', async () => {
    const { vault, tokenStore, lines } = setUp()
    await tokenStore.put(sessionId, { version: 0, sealed: plain }, later)
    expect(await vault.get({ sessionId })).toBeUndefined()
    expect(lines).toEqual([expect.stringMatching(/^warn tokens_unreadable: /)])
  })

  it('are none where they were cut, and none of them gets into the log', async () => {
    const { vault, tokenStore, lines } = setUp()
    await tokenStore.put(sessionId, { version: 0, sealed: plain.slice(0, -1) }, later)
    expect(await vault.get(ada())).toBeUndefined()
    expect(lines).toEqual([expect.stringMatching(/^warn tokens_unreadable: /)])
    expect(lines.join()).not.toContain('access')
  })
})

/** A vault in memory, and others over the same store. */
function setUp() {
  const { clock, at } = settableClock()
  const { tokenStore } = memoryStore({ clock })
  const { logger, lines } = recordingLogger()
  function others({ secrets = [older], instanceId = 'a' }) {
    const all = secrets.map((secret) => new Secret(secret))
    return tokenVault({ tokenStore, secrets: all, instanceId, logger })
  }
  return { vault: others({}), others, tokenStore, lines, at }
}
