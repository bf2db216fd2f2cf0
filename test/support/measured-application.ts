import { memoryStore, type StateStore } from '../../src/index.ts'
import { startApplication } from './application.ts'
import { webhookSecret } from './webhook.ts'

/**
 * The usual application as a process of its own, so that the memory of whoever tests it does not
 * count. It answers each message from its parent with what it holds.
 */

/** What the process holds, after a garbage collection. */
export interface Holdings {
  readonly residentBytes: number
  readonly heapBytes: number
  /** How often something was written to the store. */
  readonly storeWrites: number
  /** How many events reached a handler. */
  readonly handled: number
}

/** What the process says first. */
export interface Started {
  readonly url: string
}

let storeWrites = 0
let handled = 0

/** The store of this process, which counts what is written to it. */
function countingStore(): StateStore {
  const { revocations, singleUse, tokenStore, ledger, aliases } = memoryStore()
  return {
    revocations: { ...revocations, write: counted(revocations.write) },
    singleUse: { claim: counted(singleUse.claim) },
    tokenStore: { ...tokenStore, put: counted(tokenStore.put) },
    ledger: { ...ledger, claim: counted(ledger.claim) },
    aliases: { ...aliases, add: counted(aliases.add) },
  }
}

function counted<Parameters extends readonly unknown[], Result>(
  write: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  return (...parameters) => {
    storeWrites += 1
    return write(...parameters)
  }
}

function holdings(): Holdings {
  // Twice, because the first only finds out which of the old objects are weakly held.
  for (let time = 0; time < 2; time += 1) globalThis.gc!()
  const { rss, heapUsed } = process.memoryUsage()
  return { residentBytes: rss, heapBytes: heapUsed, storeWrites, handled }
}

// A logger that keeps its lines would be what grows.
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const webhooks = { secret: webhookSecret }
const options = { store: countingStore(), logger: silent, webhooks }
const { url, auth } = await startApplication({ options })
auth.webhooks.on('*', () => {
  handled += 1
})
process.on('message', () => process.send!(holdings()))
process.on('disconnect', () => process.exit())
process.send!({ url } satisfies Started)
