import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StoreTime } from '../../auth/store-time.ts'
import { isSameText } from '../../ground/bytes.ts'
import type { Clock } from '../../ground/clock.ts'
import {
  type CookieStyle,
  clearCookie,
  cookieName,
  cookieNames,
  readCookie,
  setCookie,
} from '../../ground/cookies.ts'
import { type Logger, withFields } from '../../ground/log.ts'
import type { Sealer } from '../../ground/seal.ts'
import {
  hasExpired,
  openTransaction,
  sealTransaction,
  stateHash,
  type Transaction,
  transactionSeconds,
} from '../../oidc/transaction.ts'
import type { SingleUse } from '../../state/store.ts'
import { logFieldsOf } from '../request/request-log.ts'
import { claimOnce } from './claim-once.ts'

/**
 * The maximum size of all transaction cookies of one browser in the `Cookie` header, in bytes.
 * Servers refuse requests with more than 8 or 16 kB of headers, and the session cookie takes more
 * than 1 kB. The oldest transaction is dropped first.
 */
const maxTotalBytes = 4800
const droppedText = `sign-in: an older sign-in of this browser was dropped, as those in progress together exceed ${maxTotalBytes} bytes of cookies. Its tab begins again`
/**
 * Maximum size of a sign-in with further parameters, in bytes. They are kept for a retry only. They
 * must not push out other sign-ins, or exceed the 4 kB that browsers allow for a cookie.
 */
const maxAskedBytes = 2048
const notKeptText = `sign-in: its further parameters are too long to be kept (more than ${maxAskedBytes} bytes of cookie). If it fails, its retry link does not have them`
/**
 * The cookie lives longer than the transaction sealed in it. An expired sign-in can thus be
 * distinguished from one whose cookie was lost. In seconds.
 */
const cookieSeconds = 900

/** The result of taking the transaction of a callback. */
export type Taken =
  | { readonly status: 'taken'; readonly transaction: Transaction }
  | { readonly status: 'expired' | 'used'; readonly transaction: Transaction }
  | { readonly status: 'missing' }

/** The sign-ins in progress. Each has a cookie of its own, so that two tabs do not interfere. */
export interface Transactions {
  keep(req: IncomingMessage, res: ServerResponse, transaction: Transaction): void
  /** Takes a transaction, so that no later callback can use it, even if this one fails. */
  take(req: IncomingMessage, res: ServerResponse, state: string): Promise<Taken>
}

/** `name=value; ` */
function sizeInHeader(name: string, value: string): number {
  return name.length + value.length + 3
}

/** The prefix of the cookie names of sign-ins in progress. */
export function signInCookiePrefix(name: string, style: CookieStyle): string {
  return `${cookieName(name, style)}-tx-`
}

export function cookieTransactions(parts: {
  readonly name: string
  readonly style: CookieStyle
  readonly seal: Sealer
  readonly singleUse: SingleUse
  readonly clock: Clock
  /** Returns the store's time; `undefined` while it does not respond. */
  readonly askStoreTime: () => Promise<StoreTime | undefined>
  readonly logger: Logger
}): Transactions {
  const { style, seal, singleUse, clock, askStoreTime, logger } = parts
  const prefix = signInCookiePrefix(parts.name, style)

  /**
   * Returns the names of the transaction cookies, oldest first: each name begins with its time of
   * creation.
   */
  function present(req: IncomingMessage): string[] {
    return cookieNames(req)
      .filter((name) => name.startsWith(prefix))
      .sort()
  }

  /** Drops the oldest transactions until the new one fits. */
  function makeRoom(
    req: IncomingMessage,
    res: ServerResponse,
    { names, newBytes }: { readonly names: readonly string[]; readonly newBytes: number },
  ): void {
    const cookies = names.map((name) => ({
      name,
      bytes: sizeInHeader(name, readCookie(req.headers.cookie, name) ?? ''),
    }))
    let total = cookies.reduce((sum, { bytes }) => sum + bytes, newBytes)
    while (cookies.length > 0 && total > maxTotalBytes) {
      const oldest = cookies.shift()!
      total -= oldest.bytes
      clearCookie(res, oldest.name, style)
      withFields(logger, logFieldsOf(req)).info(droppedText)
    }
  }

  /** Seals what fits. The parameters for a retry are left out if they are too long. */
  function sealedWithin(req: IncomingMessage, transaction: Transaction, name: string): string {
    const value = sealTransaction(transaction, seal, name)
    if (!transaction.asked || name.length + value.length <= maxAskedBytes) return value
    withFields(logger, logFieldsOf(req)).info(notKeptText)
    const { asked: _, ...kept } = transaction
    return sealTransaction(kept, seal, name)
  }

  function find(
    req: IncomingMessage,
    state: string,
  ): { name: string; transaction: Transaction } | undefined {
    const hash = stateHash(state)
    const name = present(req).find((candidate) => candidate.endsWith(`-${hash}`))
    const value = name && readCookie(req.headers.cookie, name)
    const transaction = value && openTransaction(value, seal, name)
    return name && transaction && isSameText(transaction.state, state)
      ? { name, transaction }
      : undefined
  }

  return {
    keep(req, res, transaction) {
      const created = transaction.startedAt.toString(36).padStart(9, '0')
      const name = `${prefix}${created}-${stateHash(transaction.state)}`
      const value = sealedWithin(req, transaction, name)
      makeRoom(req, res, { names: present(req), newBytes: sizeInHeader(name, value) })
      setCookie(res, { name, value, maxAgeSeconds: cookieSeconds }, style)
    },

    async take(req, res, state) {
      const found = find(req, state)
      if (!found) return { status: 'missing' }
      const { name, transaction } = found
      clearCookie(res, name, style)
      // Sign-ins that began at the same moment could not count each other, so they may exceed the
      // limit now.
      makeRoom(req, res, { names: present(req).filter((other) => other !== name), newBytes: 0 })
      const storeTime = await askStoreTime()
      if (hasExpired(transaction, clock(), storeTime?.latest))
        return { status: 'expired', transaction }
      // The cookie alone cannot prevent two callbacks at once, or the use of a copy of it.
      const { startedAt, storeStartedAt = startedAt } = transaction
      const expiresAt = storeStartedAt + 2 * transactionSeconds * 1000
      const isFirst = await claimOnce(singleUse, `transaction:${stateHash(state)}`, expiresAt)
      return { status: isFirst ? 'taken' : 'used', transaction }
    },
  }
}
