// @module-tag slow
import { describe, expect, it } from 'vitest'
import { playOnMemory, sentenceOf } from '../../support/renewal/interleavings.ts'
import type { Outcome } from '../../support/renewal/play.ts'

/** `RENEWAL_SEED=123` plays that one alone, e.g. one that failed. */
const { RENEWAL_SEED } = process.env
const plays = 10_000
const shards = RENEWAL_SEED === undefined ? 5 : 1

function seedsOf(shard: number): readonly number[] {
  if (RENEWAL_SEED !== undefined) return [Number(RENEWAL_SEED)]
  return Array.from({ length: plays / shards }, (_, at) => at * shards + shard)
}

describe('sessions that are renewed while anything happens', () => {
  it.each(Array.from({ length: shards }, (_, shard) => shard))(
    'show nothing that is not so, and are lost only where an answer was (%i)',
    { timeout: 400_000 },
    async (shard) => {
      const outcomes: Outcome[] = []
      for (const seed of seedsOf(shard)) outcomes.push(await playOnMemory(seed))
      console.log(`On memory: ${sentenceOf(outcomes)}`)
      expect(outcomes.filter(({ lost, mayLose }) => lost > 0 && !mayLose)).toEqual([])
    },
  )
})
