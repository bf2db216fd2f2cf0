import { describe, expect, it } from 'vitest'
import { type Outcome, play } from '../../support/renewal/play.ts'
import { replicatedMemory } from '../../support/renewal/replicated-memory.ts'
import { virtualTimeline } from '../../support/renewal/timeline.ts'

/** `RENEWAL_SEED=123` plays that one alone, e.g. one that failed. */
const { RENEWAL_SEED } = process.env
const plays = 10_000
const shards = 5

function playOnMemory(seed: number): Promise<Outcome> {
  const timeline = virtualTimeline()
  const { store, failOver } = replicatedMemory(timeline.now)
  const storeFor = () => ({
    store,
    failOver: async (random: { integer(below: number): number }) => failOver(random.integer(12)),
  })
  return play(seed, { timeline, storeFor })
}

function seedsOf(shard: number): readonly number[] {
  if (RENEWAL_SEED !== undefined) return [Number(RENEWAL_SEED)]
  return Array.from({ length: plays / shards }, (_, at) => at * shards + shard)
}

describe('sessions that are renewed while anything happens', () => {
  it.each(Array.from({ length: RENEWAL_SEED === undefined ? shards : 1 }, (_, shard) => shard))(
    'show nothing that is not so, and are lost by nothing but a lost answer (%i)',
    { timeout: 180_000 },
    async (shard) => {
      const outcomes: Outcome[] = []
      for (const seed of seedsOf(shard)) outcomes.push(await playOnMemory(seed))
      const sum = (count: (outcome: Outcome) => number) =>
        outcomes.reduce((total, outcome) => total + count(outcome), 0)
      const calm = outcomes.filter(({ mayLose }) => !mayLose)
      console.log(
        `${outcomes.length} plays of ${sum(({ sessions }) => sessions)} sessions, ${sum(({ renewals }) => renewals)} refresh tokens sent: ${sum(({ lost }) => lost)} sessions lost, of them in the ${calm.length} plays without a crash, a lost answer, an eviction or a failover: ${calm.reduce((total, { lost }) => total + lost, 0)}`,
      )
      expect(calm.every(({ lost }) => lost === 0)).toBe(true)
    },
  )
})
