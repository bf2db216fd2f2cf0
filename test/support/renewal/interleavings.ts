import type { StateStore } from '../../../src/lib/state/store.ts'
import type { Random } from '../random.ts'
import { type Outcome, play } from './play.ts'
import { playStoreOn, storeInFastTime } from './real-store.ts'
import { replicatedMemory } from './replicated-memory.ts'
import { fastTimeline, virtualTimeline } from './timeline.ts'

/** One play on memory, in a time that does not pass by itself. */
export function playOnMemory(seed: number): Promise<Outcome> {
  const timeline = virtualTimeline()
  const { store, failOver } = replicatedMemory(timeline.now)
  const storeFor = () => ({
    store,
    failOver: async (random: Random) => failOver(random.integer(12)),
  })
  return play(seed, { timeline, storeFor })
}

/** How many times as fast as the machine’s. */
const factor = 12
/** How many plays go on at once. */
const atOnce = 40

/** Plays on a server, many at once; the order of what happens is up to it. */
export async function playOnServer(
  seeds: readonly number[],
  store: StateStore,
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const timeline = fastTimeline(factor)
  const shared = storeInFastTime(store, timeline)
  const storeFor = () => playStoreOn(shared, timeline.now)
  const left = [...seeds]
  const outcomes: Outcome[] = []
  async function lane(): Promise<void> {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const stage = { timeline, storeFor, stallMs: 10_000, lifetimeMs: 10_000 }
      const outcome = await play(seed, stage)
      outcomes.push(outcome)
      onOutcome(outcome)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return outcomes
}

/** What plays came to, in one sentence. */
export function sentenceOf(outcomes: readonly Outcome[]): string {
  const sum = (count: (outcome: Outcome) => number, of = outcomes) =>
    of.reduce((total, outcome) => total + count(outcome), 0)
  const calm = outcomes.filter(({ mayLose }) => !mayLose)
  const lost = ({ lost }: Outcome) => lost
  return (
    `${outcomes.length} plays of ${sum(({ sessions }) => sessions)} sessions, ` +
    `${sum(({ renewals }) => renewals)} refresh tokens sent, ${sum(lost)} sessions lost; ` +
    `${sum(lost, calm)} of them in the ${calm.length} plays in which nothing can be lost`
  )
}
