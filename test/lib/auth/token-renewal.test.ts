import { describe, expect, it } from 'vitest'
import { tokenRenewal } from '../../../src/lib/auth/token-renewal.ts'
import type { TokenSource } from '../../../src/lib/auth/token-source.ts'
import { type Kept, type TokenVault, tokenVault } from '../../../src/lib/auth/token-vault.ts'
import { LoginError } from '../../../src/lib/ground/errors.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { TokenStore } from '../../../src/lib/state/store.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { ada, tokens } from '../identities.ts'

useVirtualTime()

const pass = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** A provider that takes each token once, without a grace. */
function strictSource(): TokenSource {
  const used = new Set<string>()
  return {
    async prepare() {},
    async refresh(refreshToken) {
      if (used.has(refreshToken)) throw new LoginError('refresh_token_rejected', 'used')
      used.add(refreshToken)
      return { accessToken: 'renewed', refreshToken: `after ${refreshToken}` }
    },
    async verify({ accessToken, refreshToken }, before) {
      const { authority } = before
      return {
        tokens: { ...before.tokens, accessToken, refreshToken: refreshToken! },
        authority: { ...authority!, issuedAt: Date.now() },
      }
    },
    unverified: (_issued, before) => before.tokens,
    isMismatch: () => false,
    isUntimely: () => false,
    mayBeLost: () => false,
    retryAfterMs: () => 0,
    async assertAnswers() {},
    async revoke() {},
  }
}

/** A session in a store that several processes share. */
async function sharedSession() {
  const { tokenStore } = memoryStore()
  const sent: string[] = []
  const strict = strictSource()
  const source: TokenSource = {
    ...strict,
    refresh(refreshToken) {
      sent.push(refreshToken)
      return strict.refresh(refreshToken)
    },
  }
  const { logger } = recordingLogger()
  const secrets = [new Secret('a secret of these tests, of 32 characters')]
  const vault = tokenVault({ tokenStore, secrets, instanceId: 'tests', logger })
  const identity = ada({
    authority: { issuedAt: 0, isRefreshable: true },
    absoluteExpiresAt: Date.now() + 3_600_000,
  })
  const { roles, permissions, scopes, claims } = identity
  const authority = { issuedAt: 0, roles, permissions, scopes, claims }
  await vault.put(identity, { tokens: { ...tokens(), refreshToken: 'first' }, authority })

  /** Renews in a process that reaches the store in its own way. */
  function renewWith(
    own: Partial<TokenVault> = {},
    canWait = true,
    leases: Partial<TokenStore> = {},
  ) {
    const ownStore = { ...tokenStore, ...leases }
    const parts = { vault: { ...vault, ...own }, tokenStore: ownStore, source, callTimeoutMs: 5000 }
    const isEnough = ({ version }: Kept) => version > 0
    const renew = tokenRenewal({ ...parts, clock: Date.now })
    return renew(identity, { known: undefined, canWait: () => canWait, isEnough })
  }
  return { vault, tokenStore, renewWith, sent }
}

const brokenOff = () => Promise.reject(new Error('The connection to the store was given up'))

describe('a lease that ran out while its holder was at work', () => {
  it('costs no session: who took over waits for the holder’s result, and reads again', async () => {
    const { vault, renewWith } = await sharedSession()
    const holder = renewWith({
      async replace(...given) {
        await pass(9000)
        return vault.replace(...given)
      },
    })
    await pass(8100)
    expect(await renewWith()).toMatchObject({ status: 'renewed', kept: { version: 1 } })
    expect(await holder).toMatchObject({ status: 'renewed', kept: { version: 1 } })
  })
})

describe('a store that fails', () => {
  it('before the token was sent leaves no doubt about the token', async () => {
    const { vault, renewWith, sent } = await sharedSession()
    let reads = 0
    const get: TokenVault['get'] = (key) => (++reads === 2 ? brokenOff() : vault.get(key))
    expect(await renewWith({ get })).toMatchObject({ status: 'failed', kept: { version: 0 } })
    expect(sent).toEqual([])
    await pass(25_000)
    expect(await renewWith({}, false)).toMatchObject({ status: 'renewed', kept: { version: 1 } })
  })

  it.each([
    ['for some seconds', 3000],
    ['at the first try to end the lease', 0],
  ])('before the token was sent leaves no doubt, even %s', async (_what, awayMs) => {
    const { vault, tokenStore, renewWith } = await sharedSession()
    let reads = 0
    let tries = 0
    const workingAt = Date.now() + awayMs
    const get: TokenVault['get'] = (key) => (++reads === 2 ? brokenOff() : vault.get(key))
    const endLease: TokenStore['endLease'] = (...given) =>
      ++tries === 1 || Date.now() < workingAt ? brokenOff() : tokenStore.endLease(...given)
    expect(await renewWith({ get }, true, { endLease })).toMatchObject({ status: 'failed' })
    await pass(25_000)
    expect(await renewWith({}, false)).toMatchObject({ status: 'renewed', kept: { version: 1 } })
  })

  it('after the token was used keeps other processes from it until the result is written', async () => {
    const { vault, renewWith, sent } = await sharedSession()
    const workingAt = Date.now() + 3000
    const replace: TokenVault['replace'] = (...given) =>
      Date.now() < workingAt ? brokenOff() : vault.replace(...given)
    const first = await renewWith({ replace })
    expect(first).toMatchObject({ status: 'renewed', kept: { version: 1 } })
    expect(await renewWith()).toMatchObject({ status: 'renewed', kept: { version: 1 } })
    expect(Date.now()).toBeGreaterThanOrEqual(workingAt)
    expect(sent).toEqual(['first'])
  })
})
