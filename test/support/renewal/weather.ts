import type { Random } from '../random.ts'

/** What may go wrong in a play. */
export interface Hazards {
  /** Processes end without a word, most of all between the provider's answer and its writing. */
  readonly crash: boolean
  /** The provider does its work, and its answer gets lost. */
  readonly lost: boolean
  /** Processes stand still for longer than a lease. */
  readonly freeze: boolean
  /** For a while the provider takes almost as long as its deadline allows. */
  readonly slow: boolean
  /** For a while the store does, too, so that leases run out. */
  readonly slowStore: boolean
  /** A replica that lags takes over from the store. */
  readonly failover: boolean
  /** The store drops the tokens of a session. */
  readonly evict: boolean
  /** The provider cannot be reached. */
  readonly outage: boolean
  /** Calls of the store fail, whether their work was done or not. */
  readonly brokenStore: boolean
}

export const longestFreezeMs = 15_000

export function hazardsOf(random: Random): Hazards {
  const isCalm = random.integer(10) < 3
  const may = () => !isCalm && random.integer(10) < 4
  return {
    crash: may(),
    lost: may(),
    freeze: may(),
    slow: may(),
    slowStore: may(),
    failover: may(),
    evict: may(),
    outage: may(),
    brokenStore: may(),
  }
}

/** What becomes of one call. */
export type Fate = 'answered' | 'answer lost' | 'request lost' | 'not reached'

/** What happens to calls, as long as it is not calm. */
export interface Weather {
  isCalm: boolean
  /** All calls take almost as long as their deadlines allow. */
  isSlow: boolean
  storeMs(): number
  providerMs(): number
  fate(): Fate
  /** The same of a call of the store. */
  storeFate(): Fate
  /** What happens to a process that the provider has just answered. */
  afterAnswer(): 'crash' | 'freeze' | undefined
  freezeMs(): number
}

export function weatherOf(hazards: Hazards, random: Random): Weather {
  const chance = (percent: number) => !weather.isCalm && random.integer(100) < percent
  const between = (from: number, to: number) => from + random.integer(1000 * (to - from)) / 1000
  const weather: Weather = {
    isCalm: false,
    isSlow: false,
    storeMs() {
      if (weather.isSlow && hazards.slowStore) return between(300, 990)
      return chance(10) ? between(20, 200) : between(0.2, 8)
    },
    providerMs() {
      if (weather.isSlow) return between(1000, hazards.slowStore ? 2600 : 2400)
      return between(20, 300)
    },
    fate() {
      if (hazards.lost && chance(25)) return chance(70) ? 'answer lost' : 'request lost'
      return hazards.outage && chance(25) ? 'not reached' : 'answered'
    },
    storeFate() {
      if (!hazards.brokenStore || !chance(15)) return 'answered'
      return chance(50) ? 'answer lost' : 'not reached'
    },
    afterAnswer() {
      if (hazards.crash && chance(25)) return 'crash'
      return hazards.freeze && chance(25) ? 'freeze' : undefined
    },
    freezeMs: () => between(2000, longestFreezeMs),
  }
  return weather
}
