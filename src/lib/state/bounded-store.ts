import { type Background, backgroundWork } from '../ground/background.ts'
import { delay } from '../ground/delay.ts'
import { retryUntil } from '../ground/retry-until.ts'
import { withTimeout } from '../ground/with-timeout.ts'
import type {
  ClaimAnswer,
  DeliveryClaim,
  Ledger,
  Revocations,
  StateStore,
  TokenStore,
} from './store.ts'
import type { StoreOutage } from './store-outage.ts'

/** How long one call of a store may take, in milliseconds. */
export const storeTimeoutMs = 2000
/**
 * Maximum time for listing all dead letters, in milliseconds. The list may be long, and no request
 * waits for it.
 */
const listTimeoutMs = 30_000

/** Makes a store call that times out, so that a request never waits for a hanging store. */
type Bounded = <Value>(call: () => Promise<Value>, timeoutMs?: number) => Promise<Value>

/**
 * Wraps a store so that every call times out. During an outage, calls fail immediately. Only
 * `revocations.since`, which finds out whether the store is back, is still sent.
 *
 * @param background Takes the retries by which leases are given back.
 */
export function boundedStore(
  store: StateStore,
  outage: BoundingOutage = noOutage,
  background: Background = backgroundWork(),
): StateStore {
  const { revocations, singleUse, tokenStore, ledger, aliases, problems } = store
  const bounded = boundedBy(outage)
  return {
    ...(problems ? { problems: () => withTimeout(storeTimeoutMs, store.problems!()) } : {}),
    ...(store.close ? { close: () => store.close!() } : {}),
    revocations: boundedRevocations(revocations, bounded),
    singleUse: { claim: (...given) => bounded(() => singleUse.claim(...given)) },
    tokenStore: boundedTokenStore(tokenStore, bounded, background),
    ledger: boundedLedger(ledger, bounded),
    aliases: {
      add: (...given) => bounded(() => aliases.add(...given)),
      find: (...given) => bounded(() => aliases.find(...given)),
    },
  }
}

/** The part of a {@link StoreOutage} that is used here. */
type BoundingOutage = Pick<StoreOutage, 'failure' | 'doubt'>

const noOutage: BoundingOutage = { failure: () => undefined, doubt() {} }

function boundedBy(outage: BoundingOutage): Bounded {
  return async function bounded(call, timeoutMs = storeTimeoutMs) {
    const failure = outage.failure()
    if (failure) throw failure.cause
    try {
      return await withTimeout(timeoutMs, call())
    } catch (error) {
      outage.doubt()
      throw error
    }
  }
}

function boundedRevocations(revocations: Revocations, bounded: Bounded): Revocations {
  return {
    write: (...given) => bounded(() => revocations.write(...given)),
    since: (...given) => withTimeout(storeTimeoutMs, revocations.since(...given)),
    ...(revocations.beginEpoch
      ? { beginEpoch: () => bounded(() => revocations.beginEpoch!()) }
      : {}),
    ...(revocations.subscribe ? { subscribe: revocations.subscribe.bind(revocations) } : {}),
    ...(revocations.local ? { local: revocations.local } : {}),
  }
}

function boundedTokenStore(
  tokenStore: TokenStore,
  bounded: Bounded,
  background: Background,
): TokenStore {
  const lease = boundedLease(tokenStore, bounded, background)
  return {
    put: (...given) => bounded(() => tokenStore.put(...given)),
    get: (...given) => bounded(() => tokenStore.get(...given)),
    replace: (...given) => bounded(() => tokenStore.replace(...given)),
    remove: (...given) => bounded(() => tokenStore.remove(...given)),
    lease,
    endLease: (...given) => bounded(() => tokenStore.endLease(...given)),
  }
}

/** A lease whose answer came too late, or got lost, is ended: its caller sends nothing. */
function boundedLease(
  tokenStore: TokenStore,
  bounded: Bounded,
  background: Background,
): TokenStore['lease'] {
  const { closing } = background

  return function lease(sessionId, request) {
    let asked: Promise<unknown> | undefined
    const ask = () => {
      const answer = tokenStore.lease(sessionId, request)
      asked = answer
      return answer
    }
    return bounded(ask).catch((error: unknown) => {
      // Has no effect if the lease was not granted.
      const giveBack = () => tokenStore.endLease(sessionId, request.owner, { isAnswered: true })
      const retry = () => retryUntil(request.leaseMs, giveBack, closing)
      const given = asked?.then(retry, () => repeat(request.leaseMs, giveBack, closing))
      if (given) background.add(given)
      throw error
    })
  }
}

/**
 * Gives a lease back again and again, with growing pauses. A database may grant it only after its
 * client has given the query up. A closing process cannot wait for that: it gives the lease back
 * once more, and stops.
 */
async function repeat(
  forMs: number,
  giveBack: () => Promise<void>,
  closing: AbortSignal,
): Promise<void> {
  const end = performance.now() + forMs
  const giveBackInTime = () => withTimeout(storeTimeoutMs, giveBack())
  for (let pauseMs = 250; performance.now() < end && !closing.aborted; pauseMs *= 2) {
    await giveBackInTime().catch(() => {})
    await delay(pauseMs, closing)
  }
  const leftMs = end - performance.now()
  if (leftMs > 0) await retryUntil(leftMs, giveBackInTime, closing)
}

function boundedLedger(ledger: Ledger, bounded: Bounded): Ledger {
  return {
    claim: (claim) => boundedClaim(ledger, bounded, claim),
    renew: (...given) => bounded(() => ledger.renew(...given)),
    settle: (...given) => bounded(() => ledger.settle(...given)),
    // No timeout: the duration depends on the application's transaction.
    ...(ledger.settleIn ? { settleIn: ledger.settleIn.bind(ledger) } : {}),
    release: (...given) => bounded(() => ledger.release(...given)),
    putDeadLetter: (...given) => bounded(() => ledger.putDeadLetter(...given)),
    getDeadLetter: (...given) => bounded(() => ledger.getDeadLetter(...given)),
    deadLetters: () => bounded(() => ledger.deadLetters(), listTimeoutMs),
    removeDeadLetter: (...given) => bounded(() => ledger.removeDeadLetter(...given)),
  }
}

/**
 * Releases a claim that was granted after the timeout. Its caller has given up, and the next
 * attempt may come soon.
 */
function boundedClaim(
  ledger: Ledger,
  bounded: Bounded,
  claim: DeliveryClaim,
): Promise<ClaimAnswer> {
  let granted: Promise<unknown> | undefined
  const ask = () => {
    const answer = ledger.claim(claim)
    granted = answer
    return answer
  }
  return bounded(ask).catch((error: unknown) => {
    // Has no effect if the claim was not granted.
    void granted?.then(() => ledger.release(claim.deliveryId, claim.owner)).catch(() => {})
    throw error
  })
}
