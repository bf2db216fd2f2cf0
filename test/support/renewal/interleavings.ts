import type { StateStore } from '../../../src/lib/state/store.ts'
import type { Random } from '../random.ts'
import { type Outcome, play } from './play.ts'
import { playStoreOn, storeInFastTime } from './real-store.ts'
import { replicatedMemory } from './replicated-memory.ts'
import { measureStalls } from './stalls.ts'
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
/** How long everything may stand still, in milliseconds of that time: 0.8 s of the machine’s. */
const toleratedStallMs = 10_000

/** A play in which something was shown that is not so. */
export interface Failure {
  readonly seed: number
  readonly message: string
  /** The longest that the machine or the server stood still meanwhile. */
  readonly stalledMs: number
}

/** What plays came to. */
export interface Played {
  readonly outcomes: readonly Outcome[]
  readonly failures: readonly Failure[]
  /** Those that say nothing: everything stood still for longer than a play can tolerate. */
  readonly stalled: readonly Failure[]
}

/** Plays on a server, many at once; the order of what happens is up to it. */
export async function playOnServer(
  seeds: readonly number[],
  store: StateStore,
  onPlayed: (count: number, failure?: Failure) => void = () => {},
): Promise<Played> {
  const timeline = fastTimeline(factor)
  const measured = measureStalls(timeline.now, factor)
  const shared = measured.timed(storeInFastTime(store, timeline))
  const storeFor = () => playStoreOn(shared)
  const stalls = { toleratedMs: toleratedStallMs, longestSince: measured.longestSince }
  const left = [...seeds]
  const outcomes: Outcome[] = []
  const failures: Failure[] = []

  async function failureOf(seed: number): Promise<Failure | undefined> {
    const startedAt = timeline.now()
    try {
      outcomes.push(await play(seed, { timeline, storeFor, stalls, lifetimeMs: 10_000 }))
      return undefined
    } catch (error) {
      const stalledMs = Math.round(measured.longestSince(startedAt))
      return { seed, message: (error as Error).message, stalledMs }
    }
  }

  async function lane(): Promise<void> {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const failure = await failureOf(seed)
      if (failure) failures.push(failure)
      onPlayed(outcomes.length + failures.length, failure)
    }
  }

  await Promise.all(Array.from({ length: atOnce }, lane))
  measured.stop()
  const isStalled = ({ stalledMs }: Failure) => stalledMs > toleratedStallMs
  return {
    outcomes,
    failures: failures.filter((failure) => !isStalled(failure)),
    stalled: failures.filter(isStalled),
  }
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
    `${sum(lost, calm)} of them in the ${calm.length} plays in which nothing can be lost; ` +
    `${sum(({ unconfirmed }) => unconfirmed)} writes done that the store had rejected`
  )
}

export function lineOf({ message, stalledMs }: Failure): string {
  return `${message} (the longest stall: ${stalledMs} ms)`
}
