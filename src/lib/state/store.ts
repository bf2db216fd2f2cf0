import type { Tokens } from '../types.ts'

/**
 * What several processes of one application must agree on. Sign-in itself needs none of it; it
 * makes logout final and single use certain beyond one process.
 *
 * Every method may reject; the request that needed it then fails with `store_unavailable`.
 */
export interface StateStore {
  readonly marks: Marks
  readonly singleUse: SingleUse
  readonly vault: Vault
}

/** Says that sessions which began at or before a moment are over. */
export interface Mark {
  /** Whom it concerns, e.g. `session:…`; compared exactly. */
  readonly key: string
  /** A session is dead when it began at or before this moment, in milliseconds since the epoch. */
  readonly notBefore: number
  /** When no session can be left that it concerns, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** The marks of all processes, in the order they were written. */
export interface Marks {
  write(marks: readonly Mark[]): Promise<void>
  /** The marks written after `cursor`; without one, all that have not expired. */
  since(cursor?: string): Promise<{ readonly marks: readonly Mark[]; readonly cursor: string }>
  /** Calls `wake` when there may be something new: a hint, not a promise. Answers how to stop. */
  subscribe?(wake: () => void): () => void
  /** The marks themselves, where this process holds all of them; then nobody has to ask. */
  readonly local?: { get(key: string): Mark | undefined }
}

/** Remembers what may be used only once. */
export interface SingleUse {
  /** Answers true to the first caller that names `key`, and false to every later one. */
  claim(key: string, expiresAt: number): Promise<boolean>
}

/** Keeps the tokens of each session. */
export interface Vault {
  put(sessionId: string, tokens: Tokens, expiresAt: number): Promise<void>
  get(sessionId: string): Promise<Tokens | undefined>
  remove(sessionId: string): Promise<void>
}
