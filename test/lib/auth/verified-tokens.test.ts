import { expect, it } from 'vitest'
import { verifiedTokens } from '../../../src/lib/auth/verified-tokens.ts'
import type { KeySet } from '../../../src/lib/oidc/key-sets.ts'

/** A key set that the test reloads. */
function keySet(loadedAt: number | undefined) {
  let now = loadedAt
  const find = async () => {
    throw new Error('no key is asked for here')
  }
  const keys: KeySet = Object.assign(find, { loadedAt: () => now })
  return {
    keys,
    reload(at: number) {
      now = at
    },
  }
}

it('a verified token is remembered until its key set is reloaded', () => {
  const tokens = verifiedTokens<string>()
  const loadedAt = Date.now()
  const { keys, reload } = keySet(loadedAt)
  tokens.keep('token', { keys, loadedAt }, 'Ada')
  expect(tokens.get('token')).toBe('Ada')
  reload(loadedAt + 1)
  expect(tokens.get('token')).toBeUndefined()
})

it('a token is not remembered if its key set was reloaded while it was verified', () => {
  const tokens = verifiedTokens<string>()
  const loadedAt = Date.now()
  const { keys, reload } = keySet(loadedAt)
  reload(loadedAt + 1)
  tokens.keep('token', { keys, loadedAt }, 'Ada')
  expect(tokens.get('token')).toBeUndefined()
})

it('nor if that was the first load', () => {
  const tokens = verifiedTokens<string>()
  const { keys, reload } = keySet(undefined)
  reload(Date.now())
  tokens.keep('token', { keys, loadedAt: undefined }, 'Ada')
  expect(tokens.get('token')).toBeUndefined()
})
