import { describe, expect, it } from 'vitest'
import { hasEnded } from '../../../src/lib/session/session-storage.ts'
import { ada, now } from '../identities.ts'

describe('hasEnded', () => {
  it.each(['absoluteExpiresAt', 'idleExpiresAt'] as const)(
    'counts %s from its moment on',
    (end) => {
      const identity = ada({ [end]: now })
      expect(hasEnded(identity, now - 1)).toBe(false)
      expect(hasEnded(identity, now)).toBe(true)
    },
  )

  it.each(['absoluteExpiresAt', 'idleExpiresAt'] as const)(
    'is true where %s is no number',
    (end) => {
      for (const value of [Number.NaN, undefined, 'never']) {
        expect(hasEnded(ada({ [end]: value as number }), now)).toBe(true)
      }
    },
  )
})
