import { expect } from 'vitest'
import type {
  DeadLetter,
  DeliveryClaim,
  Revocation,
  StateStore,
} from '../../../src/lib/state/store.ts'
import { entry } from '../identities.ts'

export const hourMs = 3_600_000

const leaseRequest = { owner: 'me', version: 0, leaseMs: 60_000 }

/** Calls all of a new store, and finds what it left there. */
export async function useAll({
  revocations,
  singleUse,
  tokenStore,
  ledger,
  aliases,
}: StateStore): Promise<void> {
  await revocations.write([revocation('session:1', hourMs)])
  expect((await revocations.since()).revocations).toHaveLength(1)
  expect(await singleUse.claim('transaction:1', Date.now() + hourMs)).toBe(true)
  await tokenStore.put('1', entry(), Date.now() + hourMs)
  await tokenStore.put('2', entry(), Date.now() + hourMs)
  await tokenStore.remove('2')
  expect(await tokenStore.get('1')).toEqual(entry())
  const renewed = entry({ version: 1 })
  expect(await tokenStore.lease('1', leaseRequest)).toEqual({ status: 'granted' })
  expect(await tokenStore.replace('1', renewed, Date.now() + hourMs, 0)).toBe('replaced')
  await tokenStore.endLease('1', 'me', { isAnswered: true, quietMs: hourMs })
  expect((await tokenStore.lease('1', leaseRequest)).status).toBe('quiet')
  expect(await tokenStore.get('1')).toEqual(renewed)
  await ledger.claim(claim('msg_1'))
  expect(await ledger.renew('msg_1', 'me', 1000)).toBe(true)
  await ledger.settle('msg_1', 'me', hourMs)
  await ledger.claim(claim('msg_2'))
  await ledger.release('msg_2', 'me')
  await ledger.putDeadLetter(letter('msg_3', 1))
  await ledger.putDeadLetter(letter('msg_4', 2))
  expect(await ledger.removeDeadLetter('msg_3')).toBe(true)
  expect(await ledger.deadLetters()).toEqual([letter('msg_4', 2)])
  await aliases.add([{ key: '1', value: 'a', expiresAt: Date.now() + hourMs }])
  expect(await aliases.find(['1', '2'])).toEqual(['a'])
}

/** Expects that nothing of {@link useAll} is known here. */
export async function expectUnused({
  revocations,
  singleUse,
  tokenStore,
  ledger,
  aliases,
}: StateStore): Promise<void> {
  expect((await revocations.since()).revocations).toEqual([])
  expect(await singleUse.claim('transaction:1', Date.now() + hourMs)).toBe(true)
  expect(await tokenStore.get('1')).toBeUndefined()
  expect(await tokenStore.lease('1', leaseRequest)).toEqual({ status: 'granted' })
  expect((await ledger.claim(claim('msg_1'))).status).toBe('claimed')
  expect(await ledger.deadLetters()).toEqual([])
  expect(await aliases.find(['1'])).toEqual([])
}

/** A question to each part of a store. */
export const questions: readonly [part: string, ask: (store: StateStore) => Promise<unknown>][] = [
  ['revocations', ({ revocations }) => revocations.since()],
  ['single use', ({ singleUse }) => singleUse.claim('a', Date.now() + hourMs)],
  ['the token store', ({ tokenStore }) => tokenStore.get('1')],
  ['leases', ({ tokenStore }) => tokenStore.lease('1', leaseRequest)],
  ['the aliases', ({ aliases }) => aliases.find(['1'])],
  ['the ledger', ({ ledger }) => ledger.claim(claim('msg_1'))],
]

export function revocation(key: string, lastsMs: number): Revocation {
  return { key, notBefore: Date.now(), expiresAt: Date.now() + lastsMs }
}

/** The claim of `me`, with any part replaced. */
export function claim(deliveryId: string, changes: Partial<DeliveryClaim> = {}): DeliveryClaim {
  return { deliveryId, bodyHash: 'hash', owner: 'me', leaseMs: 60_000, ...changes }
}

export function letter(deliveryId: string, failedAt: number): DeadLetter {
  return { deliveryId, type: 'x', body: '{}', reason: 'x', failedAt, attempt: 1 }
}
