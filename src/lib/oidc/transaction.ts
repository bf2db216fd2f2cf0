import { createHash } from 'node:crypto'
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import { clockSkewMs, maxClockDifferenceMs } from '../ground/clock.ts'
import type { Sealer } from '../ground/seal.ts'
import type { Pins } from '../ground/types.ts'

/** How long a user may take at the identity provider, in seconds. */
export const transactionSeconds = 600

/**
 * Values of a sign-in's request that only a retry needs again: the authorization request has
 * already sent them.
 */
export interface AskedFor {
  readonly acrValues?: string
  /** A prompt other than `none`, and other than `login` alone. */
  readonly prompt?: string
  /** The social provider. */
  readonly provider?: string
  /** Parameters of `auth.login`, by their wire names. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Parameters of the visit of `/login`, by `login.forward`. */
  readonly forwarded?: Readonly<Record<string, string>>
}

/** A sign-in in progress. The browser stores it for the kit, sealed. */
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
  /**
   * Whether the user had to authenticate regardless of any session at Scalekit (`prompt=login`).
   */
  readonly isFreshLogin?: true
  /**
   * The `max_age` that was sent. The check uses this value, even if the configuration has changed
   * since.
   */
  readonly maxAgeSeconds?: number
  /** In milliseconds since the epoch, by the clock of the process that began it. */
  readonly startedAt: number
  /**
   * The earliest time at which the sign-in can have begun, by the store's clock. Absent if the
   * store could not be reached, and in a transaction of an older version.
   */
  readonly storeStartedAt?: number
  /**
   * Whether the browser continues without a session if a silent sign-in finds none (`prompt=none`).
   */
  readonly mayStayAnonymous?: true
  /** The requested languages, best first. Error pages of the callback use them as well. */
  readonly uiLocales?: string
  /**
   * Absent if the request had no such values, if they are too long, and in a transaction of an
   * older version.
   */
  readonly asked?: AskedFor
}

/** Prefix of the state of a sign-in that was restarted because its cookie was lost. */
const restartMark = 'again-'

/** Creates the identifier of a sign-in. It exists before the transaction does. */
export function newState({ isRestart = false }: { readonly isRestart?: boolean } = {}): string {
  return (isRestart ? restartMark : '') + randomState()
}

/** Creates a transaction with its own nonce and PKCE verifier. */
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

/** Whether a state belongs to a second attempt. A third one must not follow. */
export function isRestarted(state: string): boolean {
  return state.startsWith(restartMark)
}

/**
 * Identifies a state without revealing it: for the name of the cookie and for the single-use set.
 */
export function stateHash(state: string): string {
  return createHash('sha256').update(state).digest('base64url').slice(0, 22)
}

/**
 * The members in the order in which they are sealed. Their names are left out to save space: twelve
 * tabs that begin a sign-in at once send twelve transactions. The previous version sealed a session
 * id in place of `unused`, which is no longer read.
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
/** Members that follow the pins. A transaction of an older version ends before them. */
const added = [
  'maxAgeSeconds',
  'storeStartedAt',
  'mayStayAnonymous',
  'uiLocales',
  'asked',
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

/** Returns `undefined` for any value but a transaction sealed under this label. */
export function openTransaction(
  sealed: string,
  seal: Sealer,
  label: string,
): Transaction | undefined {
  const text = seal.open(sealed, label)
  // Only `sealTransaction` can have made a value that opens, so its shape is known.
  const values = text === undefined ? [] : (JSON.parse(text) as readonly unknown[])
  if (values[0] !== 1) return undefined
  const pins = named(pinned, values.slice(members.length))
  const later = named(added, values.slice(members.length + pinned.length))
  const { unused, ...known } = named(members, values) as { unused?: unknown }
  return { ...known, ...later, pins } as Transaction
}

/**
 * Restores the names. An absent member is null in the array. A member that an older version did not
 * know is missing from it.
 */
function named(names: readonly string[], values: readonly unknown[]): object {
  const entries = names.map((name, at) => [name, values[at]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}

/**
 * Whether the user took too long. The store's clock is used if it is known at both ends, otherwise
 * the clocks of the processes.
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

/**
 * The assumed age of a sign-in without a known start, in milliseconds: the longest possible one.
 */
const longestAgeMs = transactionSeconds * 1000 + maxClockDifferenceMs

/**
 * Returns the earliest time at which a sign-in can have begun, by Scalekit's clock and by the
 * store's.
 *
 * @param issuedAt The `iat` of the ID token, in seconds. Scalekit rounds it down and may backdate
 *   it, so the start can only seem earlier than it was.
 * @param storeNow The latest possible time of the store's clock, read after the tokens arrived.
 */
export function begunBy(
  { storeStartedAt }: Transaction,
  issuedAt: number,
  storeNow: number,
): { readonly scalekit: number; readonly store: number } {
  // The age is negative if the store was replaced by one whose clock is behind.
  const ageMs = Math.max(0, storeStartedAt === undefined ? longestAgeMs : storeNow - storeStartedAt)
  return { scalekit: Math.floor(issuedAt * 1000) - ageMs, store: storeNow - ageMs }
}

/**
 * The earliest acceptable time of authentication, in milliseconds since the epoch; `undefined` if
 * no `max_age` was sent. It is counted from the start of the sign-in. A user whose session was
 * recent enough then may still take ten minutes at the provider.
 */
export function earliestAuthentication({
  startedAt,
  maxAgeSeconds,
}: Transaction): number | undefined {
  return maxAgeSeconds === undefined ? undefined : startedAt - maxAgeSeconds * 1000 - clockSkewMs
}
