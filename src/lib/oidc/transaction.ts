import { createHash } from 'node:crypto'
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import { clockSkewMs, maxClockDifferenceMs } from '../ground/clock.ts'
import type { Sealer } from '../ground/seal.ts'
import type { Pins } from '../ground/types.ts'

/** How long a user may take at the identity provider, in seconds. */
export const transactionSeconds = 600

/** One sign-in in progress, as the browser keeps it for us, sealed. */
export interface Transaction {
  readonly v: 1
  /** 256 random bits each, as base64url. */
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly redirectUri: string
  /** A path of the application. */
  readonly returnTo: string
  readonly pins: Pins
  /** Whether the user was to prove who they are, whatever session Scalekit had (`prompt=login`). */
  readonly isFreshLogin?: true
  /** What was sent as `max_age`: what is checked is what was asked for, whatever is configured since. */
  readonly maxAgeSeconds?: number
  /** In milliseconds since the epoch, by the clock of the process that began it. */
  readonly startedAt: number
  /**
   * The same by the store's clock, at the earliest it can have been. Absent where the store was out
   * of reach, and in a transaction that an older version sealed.
   */
  readonly storeStartedAt?: number
  /** Whether the browser goes on without a session where a silent sign-in finds none (`prompt=none`). */
  readonly mayStayAnonymous?: true
}

/** Begins the state of a sign-in that was started again because its cookie was lost. */
const restartMark = 'again-'

/** What names a sign-in from its first moment on, before there is a transaction. */
export function newState({ isRestart = false }: { readonly isRestart?: boolean } = {}): string {
  return (isRestart ? restartMark : '') + randomState()
}

/** A new transaction with its own nonce and PKCE verifier. */
export function startTransaction(
  details: Omit<Transaction, 'v' | 'state' | 'nonce' | 'codeVerifier'>,
  state: string = newState(),
): Transaction {
  return {
    v: 1,
    state,
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
    ...details,
  }
}

/** Whether a state belongs to a second attempt, which must not be followed by a third. */
export function isRestarted(state: string): boolean {
  return state.startsWith(restartMark)
}

/** Names a state without telling it: for the cookie's name and the single-use set. */
export function stateHash(state: string): string {
  return createHash('sha256').update(state).digest('base64url').slice(0, 22)
}

/**
 * The members in the order in which they are sealed: twelve tabs that begin at once carry twelve. In
 * place of `unused`, the version before sealed a session id that nothing reads any more.
 */
const members = [
  'v',
  'state',
  'nonce',
  'codeVerifier',
  'redirectUri',
  'returnTo',
  'startedAt',
  'unused',
  'isFreshLogin',
] as const satisfies readonly (keyof Transaction | 'unused')[]
const pinned = [
  'organizationId',
  'externalOrganizationId',
  'connectionId',
] as const satisfies readonly (keyof Pins)[]
/** Come after the pins, where one that an older version sealed ends. */
const added = [
  'maxAgeSeconds',
  'storeStartedAt',
  'mayStayAnonymous',
] as const satisfies readonly (keyof Transaction)[]

/** @param label The name of the cookie that will hold it. */
export function sealTransaction(transaction: Transaction, seal: Sealer, label: string): string {
  const values = [
    ...members.map((name) => (name === 'unused' ? undefined : transaction[name])),
    ...pinned.map((name) => transaction.pins[name]),
    ...added.map((name) => transaction[name]),
  ]
  return seal.seal(JSON.stringify(values), label)
}

/** Answers `undefined` for anything but a transaction sealed under this label. */
export function openTransaction(
  sealed: string,
  seal: Sealer,
  label: string,
): Transaction | undefined {
  const text = seal.open(sealed, label)
  // Only `sealTransaction` can have made what opens here, so its shape is known.
  const values = text === undefined ? [] : (JSON.parse(text) as readonly unknown[])
  if (values[0] !== 1) return undefined
  const pins = named(pinned, values.slice(members.length))
  const later = named(added, values.slice(members.length + pinned.length))
  const { unused, ...known } = named(members, values) as { unused?: unknown }
  return { ...known, ...later, pins } as Transaction
}

/** What was left out is null in a list; what a version before did not know is not there at all. */
function named(names: readonly string[], values: readonly unknown[]): object {
  const entries = names.map((name, at) => [name, values[at]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}

/**
 * Whether the user took longer than a sign-in may last: by the store's clock where that is known at
 * both ends, otherwise by those of the processes.
 */
export function hasExpired(
  { startedAt, storeStartedAt }: Transaction,
  now: number,
  storeNow: number | undefined,
): boolean {
  const isKnown = storeNow !== undefined && storeStartedAt !== undefined
  const ageMs = isKnown ? storeNow - storeStartedAt : now - startedAt
  return !(ageMs >= -maxClockDifferenceMs && ageMs <= transactionSeconds * 1000)
}

/** How old a sign-in may be that does not say when it began. */
const longestAgeMs = transactionSeconds * 1000 + maxClockDifferenceMs

/**
 * When a sign-in began by Scalekit's clock and by the store's, at the earliest it can have been.
 *
 * @param issuedAt The `iat` of the ID token, in seconds. Scalekit cuts it off at the second and may
 *   set it back, so the begin can only seem earlier than it was.
 * @param storeNow The latest that the store's clock can say, read after the tokens came.
 */
export function begunBy(
  { storeStartedAt }: Transaction,
  issuedAt: number,
  storeNow: number,
): { readonly scalekit: number; readonly store: number } {
  // The age is negative where the store was replaced by one whose clock is behind.
  const ageMs = Math.max(0, storeStartedAt === undefined ? longestAgeMs : storeNow - storeStartedAt)
  return { scalekit: Math.floor(issuedAt * 1000) - ageMs, store: storeNow - ageMs }
}

/**
 * The earliest moment at which the user may have proved who they are, in milliseconds since the
 * epoch; none where no `max_age` was sent. It is counted from the start of the sign-in, as a user with
 * a session that was young enough then may still take ten minutes at the provider.
 */
export function earliestAuthentication({
  startedAt,
  maxAgeSeconds,
}: Transaction): number | undefined {
  return maxAgeSeconds === undefined ? undefined : startedAt - maxAgeSeconds * 1000 - clockSkewMs
}
