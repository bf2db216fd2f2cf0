import { within } from '../ground/with-timeout.ts'
import type { ClaimAnswer, DeliveryClaim, Ledger, Revocations, StateStore } from './store.ts'

/** How long one call of a store may take, in milliseconds. */
const timeoutMs = 2000
/** The same for a list of all that failed for good, which may be long; no request waits for it. */
const listTimeoutMs = 30_000

/** The same store, whose calls all end: a request never waits for one that hangs. */
export function boundedStore({
  revocations,
  singleUse,
  tokenStore,
  ledger,
}: StateStore): StateStore {
  return {
    revocations: boundedRevocations(revocations),
    singleUse: { claim: (...given) => within(timeoutMs, singleUse.claim(...given)) },
    tokenStore: {
      put: (...given) => within(timeoutMs, tokenStore.put(...given)),
      get: (...given) => within(timeoutMs, tokenStore.get(...given)),
      remove: (...given) => within(timeoutMs, tokenStore.remove(...given)),
    },
    ledger: boundedLedger(ledger),
  }
}

function boundedRevocations(revocations: Revocations): Revocations {
  return {
    write: (...given) => within(timeoutMs, revocations.write(...given)),
    since: (...given) => within(timeoutMs, revocations.since(...given)),
    ...(revocations.subscribe ? { subscribe: revocations.subscribe.bind(revocations) } : {}),
    ...(revocations.local ? { local: revocations.local } : {}),
  }
}

function boundedLedger(ledger: Ledger): Ledger {
  return {
    claim: (claim) => boundedClaim(ledger, claim),
    renew: (...given) => within(timeoutMs, ledger.renew(...given)),
    settle: (...given) => within(timeoutMs, ledger.settle(...given)),
    // How long that takes is up to the application's transaction.
    ...(ledger.settleIn ? { settleIn: ledger.settleIn.bind(ledger) } : {}),
    release: (...given) => within(timeoutMs, ledger.release(...given)),
    putDeadLetter: (...given) => within(timeoutMs, ledger.putDeadLetter(...given)),
    getDeadLetter: (...given) => within(timeoutMs, ledger.getDeadLetter(...given)),
    deadLetters: () => within(listTimeoutMs, ledger.deadLetters()),
    removeDeadLetter: (...given) => within(timeoutMs, ledger.removeDeadLetter(...given)),
  }
}

/** What was granted too late is given back: nobody works on it, and the next attempt may come soon. */
function boundedClaim(ledger: Ledger, claim: DeliveryClaim): Promise<ClaimAnswer> {
  const granted = ledger.claim(claim)
  return within(timeoutMs, granted).catch((error: unknown) => {
    // Where it was not granted, this does nothing.
    void granted.then(() => ledger.release(claim.deliveryId, claim.owner)).catch(() => {})
    throw error
  })
}
