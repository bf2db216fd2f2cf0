import { describe, expect, it } from 'vitest'
import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import {
  begunBy,
  earliestAuthentication,
  hasExpired,
  openTransaction,
  sealTransaction,
  startTransaction,
  stateHash,
  transactionSeconds,
} from '../../../src/lib/oidc/transaction.ts'
import { now } from './tokens.ts'

const seal = sealer([new Secret('a secret of these tests alone')], 'transaction')

describe('startTransaction', () => {
  it('makes state, nonce and verifier of 256 bits each, all different', () => {
    const { state, nonce, codeVerifier } = started()
    expect(new Set([state, nonce, codeVerifier]).size).toBe(3)
    for (const value of [state, nonce, codeVerifier]) expect(value).toMatch(/^[\w-]{43}$/)
  })

  it('makes others each time', () => {
    const [one, other] = [started(), started()]
    expect(one.state).not.toBe(other.state)
    expect(one.nonce).not.toBe(other.nonce)
    expect(one.codeVerifier).not.toBe(other.codeVerifier)
  })
})

describe('stateHash', () => {
  it('names a state without telling it', () => {
    const { state } = started()
    expect(stateHash(state)).toMatch(/^[\w-]{22}$/)
    expect(stateHash(state)).toBe(stateHash(state))
    expect(stateHash(state)).not.toBe(stateHash(`${state}A`))
    expect(state).not.toContain(stateHash(state))
  })
})

describe('a sealed transaction', () => {
  it('opens under its own label', () => {
    const transaction = started()
    const others = [
      { ...transaction, pins: {} },
      { ...transaction, isFreshLogin: true as const, pins: { externalOrganizationId: 'acme' } },
      { ...transaction, pins: { connectionId: 'conn_1', organizationId: 'org_1' } },
      { ...transaction, maxAgeSeconds: 300, pins: {} },
      { ...transaction, storeStartedAt: now - 1000 },
      { ...transaction, asked: { acrValues: 'urn:mfa', forwarded: { made_up: '1' } } },
    ]
    for (const one of [transaction, ...others]) {
      expect(openTransaction(sealTransaction(one, seal, 'tx-1'), seal, 'tx-1')).toEqual(one)
    }
  })

  it('opens as an older version sealed it, which knew neither maxAgeSeconds nor storeStartedAt', () => {
    const transaction = { ...started(), pins: { connectionId: 'conn_1' } }
    const { state, nonce, codeVerifier, redirectUri, returnTo, startedAt } = transaction
    const members = [1, state, nonce, codeVerifier, redirectUri, returnTo, startedAt, null, null]
    const sealed = seal.seal(JSON.stringify([...members, null, null, 'conn_1']), 'tx-1')
    const opened = openTransaction(sealed, seal, 'tx-1')
    expect(opened).toStrictEqual(transaction)
  })

  it('shows neither where the user wants to go nor what must come back', () => {
    const transaction = started()
    const sealed = sealTransaction(transaction, seal, 'tx-1')
    const shown = sealed + Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')
    const { state, nonce, codeVerifier, returnTo } = transaction
    for (const value of [state, nonce, codeVerifier, returnTo, 'org_1']) {
      expect(shown).not.toContain(value)
    }
  })

  it('does not open under another label or another purpose', () => {
    const sealed = sealTransaction(started(), seal, 'tx-1')
    const other = sealer([new Secret('a secret of these tests alone')], 'session')
    expect(openTransaction(sealed, seal, 'tx-2')).toBeUndefined()
    expect(openTransaction(sealed, other, 'tx-1')).toBeUndefined()
  })

  it('of another version is none', () => {
    const sealed = sealTransaction({ ...started(), v: 2 as 1 }, seal, 'tx-1')
    expect(openTransaction(sealed, seal, 'tx-1')).toBeUndefined()
  })
})

describe('hasExpired', () => {
  it.each([
    ['at once', 0, false],
    ['after ten minutes', transactionSeconds * 1000, false],
    ['after more than ten minutes', transactionSeconds * 1000 + 1, true],
    ['five minutes before it began, as clocks differ', -300_000, false],
    ['more than five minutes before it began', -300_001, true],
    ['at no moment', Number.NaN, true],
  ])('%s', (_case, afterMs, expired) => {
    expect(hasExpired(started(), now + afterMs, undefined)).toBe(expired)
    const byStore = { ...started(), storeStartedAt: 0 }
    expect(hasExpired(byStore, now + 3_600_000, afterMs)).toBe(expired)
  })

  it('by the clocks of the processes where the store’s is known at one end only', () => {
    expect(hasExpired(started(), now, now + 3_600_000)).toBe(false)
    expect(hasExpired({ ...started(), storeStartedAt: 0 }, now, undefined)).toBe(false)
  })
})

describe('begunBy', () => {
  const issuedAt = 1_000_000
  const storeNow = now - 3_600_000

  it('is the age of the sign-in before its ID token, and before now by the store’s clock', () => {
    const transaction = { ...started(), storeStartedAt: storeNow - 5000 }
    const begun = { scalekit: issuedAt * 1000 - 5000, store: storeNow - 5000 }
    expect(begunBy(transaction, issuedAt, storeNow)).toEqual(begun)
  })

  it('is never after the ID token, where the store’s clock was set back', () => {
    const transaction = { ...started(), storeStartedAt: storeNow + 5000 }
    const begun = { scalekit: issuedAt * 1000, store: storeNow }
    expect(begunBy(transaction, issuedAt, storeNow)).toEqual(begun)
  })

  it('is as early as can be where the store was away when the sign-in began', () => {
    const ageMs = transactionSeconds * 1000 + 300_000
    const begun = { scalekit: issuedAt * 1000 - ageMs, store: storeNow - ageMs }
    expect(begunBy(started(), issuedAt, storeNow)).toEqual(begun)
  })
})

describe('earliestAuthentication', () => {
  it('is max_age before the start, and a minute more, as clocks differ', () => {
    expect(earliestAuthentication({ ...started(), maxAgeSeconds: 300 })).toBe(now - 360_000)
  })

  it('is undefined where no max_age was sent', () => {
    expect(earliestAuthentication(started())).toBeUndefined()
  })
})

function started() {
  return startTransaction({
    redirectUri: 'https://app.example/callback',
    returnTo: '/app',
    pins: { organizationId: 'org_1' },
    startedAt: now,
  })
}
