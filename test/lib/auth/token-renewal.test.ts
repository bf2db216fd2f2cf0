import { describe, expect, it } from 'vitest'
import { type TokenSource, tokenRenewal } from '../../../src/lib/auth/token-renewal.ts'
import { type Kept, type TokenVault, tokenVault } from '../../../src/lib/auth/token-vault.ts'
import { LoginError } from '../../../src/lib/ground/errors.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { ada, tokens } from '../identities.ts'

useVirtualTime()

const pass = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** A provider that takes each token once, without a grace. */
function strictSource(): TokenSource {
  const used = new Set<string>()
  return {
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
    mayBeLost: () => false,
    retryAfterMs: () => 0,
    async assertAnswers() {},
    async revoke() {},
  }
}

describe('a lease that ran out while its holder was at work', () => {
  it('costs no session: who took over waits for the holder’s result, and reads again', async () => {
    const { tokenStore } = memoryStore()
    const source = strictSource()
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

    /** A process whose writes take so long. */
    const processWith = (writeMs: number) => {
      const slow: TokenVault = {
        ...vault,
        async replace(...given) {
          await pass(writeMs)
          return vault.replace(...given)
        },
      }
      const parts = { vault: slow, tokenStore, source, callTimeoutMs: 5000, clock: Date.now }
      const isEnough = ({ version }: Kept) => version > 0
      return () => tokenRenewal(parts)(identity, { known: undefined, canWait: true, isEnough })
    }

    const holder = processWith(9000)()
    await pass(8100)
    const other = await processWith(0)()
    expect(other).toMatchObject({ status: 'renewed', kept: { version: 1 } })
    expect(await holder).toMatchObject({ status: 'renewed', kept: { version: 1 } })
  })
})
