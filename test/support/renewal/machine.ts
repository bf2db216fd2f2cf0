import type { TokenSource } from '../../../src/lib/auth/token-source.ts'
import { renewedAuthority } from '../../../src/lib/auth/token-source.ts'
import { LoginError } from '../../../src/lib/ground/errors.ts'
import { withTimeout } from '../../../src/lib/ground/with-timeout.ts'
import { MismatchError, mayBeLost, renewedTokens } from '../../../src/lib/oidc/renew.ts'
import type { Issued } from '../../../src/lib/oidc/token-response.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import { callTimeoutMs, type RenewingProcess, renewingProcess } from './process.ts'
import { type ModelProvider, noAnswer, notReached, type ProviderAnswer } from './provider.ts'
import type { Timeline } from './timeline.ts'
import type { Weather } from './weather.ts'

/** One refresh token on its way to the provider. */
export interface Send {
  readonly token: string
  readonly at: number
  /** Its grant had ended already, so that it told the provider nothing. */
  isVain?: boolean
  /** Its process gave up waiting, e.g. because it stood still for longer than the deadline. */
  isGivenUp?: boolean
}

/** What processes have around them. */
export interface Surroundings {
  readonly timeline: Timeline
  readonly weather: Weather
  readonly provider: ModelProvider
  readonly store: StateStore
  readonly isInBrowser: boolean
  onSend(send: Send): void
  onCrash(machine: Machine): void
}

/** A process with a life: it may stand still, and end without a word. */
export interface Machine extends RenewingProcess {
  /** What it has shown of each session: nothing of it may go backwards. */
  readonly shown: Map<string, { version: number; serial: number }>
  /** The sessions that it knew to be over. */
  readonly ended: Set<string>
  readonly hasDied: Promise<void>
  freeze(ms: number): void
  crash(): void
}

const never = new Promise<never>(() => {})

export function startMachine(surroundings: Surroundings): Machine {
  const { timeline, weather, store, isInBrowser } = surroundings
  let isDead = false
  let frozenUntil = 0
  let die = () => {}
  const hasDied = new Promise<void>((resolve) => {
    die = resolve
  })

  async function thawed(): Promise<void> {
    while (timeline.now() < frozenUntil) await timeline.delay(frozenUntil - timeline.now())
    if (isDead) await never
  }

  /** A call that leaves the process: what it does is done, also where nobody gets the answer. */
  async function call<Value>(travelMs: () => number, work: () => Promise<Value>): Promise<Value> {
    await thawed()
    await timeline.delay(travelMs())
    const outcome = await Promise.allSettled([work()])
    await timeline.delay(travelMs())
    await thawed()
    if (outcome[0].status === 'rejected') throw outcome[0].reason
    return outcome[0].value
  }

  async function storeAnswer<Value>(work: () => Promise<Value>): Promise<Value> {
    const fate = weather.storeFate()
    const answer = fate === 'answered' || fate === 'answer lost' ? await work() : undefined
    if (fate !== 'answered') throw new Error('The connection to the store was given up')
    return answer as Value
  }

  const machine: Machine = {
    ...renewingProcess({
      store: reached(store, (work) => call(weather.storeMs, () => storeAnswer(work))),
      source: sourceOf(surroundings, call, happens),
      isInBrowser,
      clock: timeline.now,
    }),
    shown: new Map(),
    ended: new Set(),
    hasDied,
    freeze(ms) {
      frozenUntil = Math.max(frozenUntil, timeline.now() + ms)
    },
    crash() {
      if (isDead) return
      isDead = true
      die()
      surroundings.onCrash(machine)
    },
  }

  /** The provider has answered, and nothing is written yet. */
  async function happens(): Promise<void> {
    const what = weather.afterAnswer()
    if (what === 'crash') machine.crash()
    if (what === 'freeze') machine.freeze(weather.freezeMs())
    await thawed()
  }

  return machine
}

type Call = <Value>(travelMs: () => number, work: () => Promise<Value>) => Promise<Value>

/** A store as a process reaches it. */
function reached(
  store: StateStore,
  call: <Value>(work: () => Promise<Value>) => Promise<Value>,
): StateStore {
  const far = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const method = target[name as keyof Part]
        if (typeof method !== 'function') return method
        return (...given: unknown[]) => call(() => method.apply(target, given))
      },
    })
  const { revocations, tokenStore, aliases } = store
  const { write, since } = far(revocations)
  return {
    ...store,
    tokenStore: far(tokenStore),
    aliases: far(aliases),
    revocations: { write, since },
  }
}

/** The provider as the source of one process, by way of what its parts say about real tokens. */
function sourceOf(
  { timeline, weather, provider, onSend }: Surroundings,
  call: Call,
  happens: () => Promise<void>,
): TokenSource {
  const clock = timeline.now
  const answers = new WeakMap<Issued, ProviderAnswer>()

  async function exchange(token: string): Promise<ProviderAnswer> {
    const fate = weather.fate()
    if (fate === 'not reached')
      return call(weather.providerMs, async () => Promise.reject(notReached()))
    const send: Send = { token, at: timeline.now() }
    onSend(send)
    const answer = call(weather.providerMs, async () => {
      if (fate === 'request lost') throw noAnswer()
      send.isVain = provider.hasEnded(token)
      const answer = provider.refresh(token)
      if (fate === 'answer lost') throw noAnswer()
      return answer
    })
    return withTimeout(callTimeoutMs, answer).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error) throw error
      send.isGivenUp = true
      throw noAnswer()
    })
  }

  return {
    async prepare() {},
    async refresh(token) {
      const answer = await exchange(token)
      await happens()
      const { accessToken, refreshToken, expiresInSeconds } = answer
      const issued = { accessToken, refreshToken, expiresInSeconds, idToken: 'id' }
      answers.set(issued, answer)
      return issued
    },
    async verify(issued, before, { organizationId }) {
      const { iat, roles } = answers.get(issued)!
      const grants = {
        organizationId: organizationId!,
        roles,
        permissions: [],
        scopes: [],
        claims: { iat },
      }
      const parts = { organizationId, claimNames: [], clock }
      return {
        tokens: renewedTokens(before.tokens, issued, clock()),
        authority: renewedAuthority({ grants, idClaims: {} }, issued, parts),
      }
    },
    unverified: (issued, { tokens }) => renewedTokens(tokens, issued, clock()),
    isMismatch: (error) => error instanceof MismatchError,
    isUntimely: () => false,
    mayBeLost: (error) => !(error instanceof LoginError) && mayBeLost(error),
    retryAfterMs: () => 0,
    assertAnswers: () =>
      call(weather.providerMs, async () => {
        if (weather.fate() !== 'answered') throw notReached()
      }),
    revoke: (token) => call(weather.providerMs, async () => provider.revoke(token)),
  }
}
