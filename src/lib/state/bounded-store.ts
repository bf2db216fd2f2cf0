import { withTimeout } from '../ground/with-timeout.ts'
import type {
  ClaimAnswer,
  DeliveryClaim,
  LeaseAnswer,
  LeaseRequest,
  Ledger,
  Revocations,
  StateStore,
  TokenStore,
} from './store.ts'

/** How long one call of a store may take, in milliseconds. */
export const storeTimeoutMs = 2000
/** The same for a list of all that failed for good, which may be long; no request waits for it. */
const listTimeoutMs = 30_000

/** The same store, whose calls all end: a request never waits for one that hangs. */
export function boundedStore({
  revocations,
  singleUse,
  tokenStore,
  ledger,
  aliases,
  ...store
}: StateStore): StateStore {
  return {
    ...(store.problems ? { problems: () => withTimeout(storeTimeoutMs, store.problems!()) } : {}),
    revocations: boundedRevocations(revocations),
    singleUse: { claim: (...given) => withTimeout(storeTimeoutMs, singleUse.claim(...given)) },
    tokenStore: boundedTokenStore(tokenStore),
    ledger: boundedLedger(ledger),
    aliases: {
      add: (...given) => withTimeout(storeTimeoutMs, aliases.add(...given)),
      find: (...given) => withTimeout(storeTimeoutMs, aliases.find(...given)),
    },
  }
}

function boundedRevocations(revocations: Revocations): Revocations {
  return {
    write: (...given) => withTimeout(storeTimeoutMs, revocations.write(...given)),
    since: (...given) => withTimeout(storeTimeoutMs, revocations.since(...given)),
    ...(revocations.beginEpoch
      ? { beginEpoch: () => withTimeout(storeTimeoutMs, revocations.beginEpoch!()) }
      : {}),
    ...(revocations.subscribe ? { subscribe: revocations.subscribe.bind(revocations) } : {}),
    ...(revocations.local ? { local: revocations.local } : {}),
  }
}

function boundedTokenStore(tokenStore: TokenStore): TokenStore {
  return {
    put: (...given) => withTimeout(storeTimeoutMs, tokenStore.put(...given)),
    get: (...given) => withTimeout(storeTimeoutMs, tokenStore.get(...given)),
    replace: (...given) => withTimeout(storeTimeoutMs, tokenStore.replace(...given)),
    remove: (...given) => withTimeout(storeTimeoutMs, tokenStore.remove(...given)),
    lease: (...given) => boundedLease(tokenStore, ...given),
    endLease: (...given) => withTimeout(storeTimeoutMs, tokenStore.endLease(...given)),
  }
}

/** A lease that was granted too late is ended, as its caller sends nothing. */
function boundedLease(
  tokenStore: TokenStore,
  sessionId: string,
  request: LeaseRequest,
): Promise<LeaseAnswer> {
  const asked = tokenStore.lease(sessionId, request)
  return withTimeout(storeTimeoutMs, asked).catch((error: unknown) => {
    // Where it was not granted, this does nothing.
    const giveBack = () => tokenStore.endLease(sessionId, request.owner, { isAnswered: true })
    void asked.then(giveBack).catch(() => {})
    throw error
  })
}

function boundedLedger(ledger: Ledger): Ledger {
  return {
    claim: (claim) => boundedClaim(ledger, claim),
    renew: (...given) => withTimeout(storeTimeoutMs, ledger.renew(...given)),
    settle: (...given) => withTimeout(storeTimeoutMs, ledger.settle(...given)),
    // How long that takes is up to the application's transaction.
    ...(ledger.settleIn ? { settleIn: ledger.settleIn.bind(ledger) } : {}),
    release: (...given) => withTimeout(storeTimeoutMs, ledger.release(...given)),
    putDeadLetter: (...given) => withTimeout(storeTimeoutMs, ledger.putDeadLetter(...given)),
    getDeadLetter: (...given) => withTimeout(storeTimeoutMs, ledger.getDeadLetter(...given)),
    deadLetters: () => withTimeout(listTimeoutMs, ledger.deadLetters()),
    removeDeadLetter: (...given) => withTimeout(storeTimeoutMs, ledger.removeDeadLetter(...given)),
  }
}

/** What was granted too late is given back: nobody works on it, and the next attempt may come soon. */
function boundedClaim(ledger: Ledger, claim: DeliveryClaim): Promise<ClaimAnswer> {
  const granted = ledger.claim(claim)
  return withTimeout(storeTimeoutMs, granted).catch((error: unknown) => {
    // Where it was not granted, this does nothing.
    void granted.then(() => ledger.release(claim.deliveryId, claim.owner)).catch(() => {})
    throw error
  })
}
