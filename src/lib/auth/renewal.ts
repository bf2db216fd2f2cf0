import type { Identity } from '../ground/types.ts'
import type { Kept } from './token-vault.ts'

/** Why a session cannot go on: the three are told apart by who or what ended it. */
export type RenewalEnd = 'refresh-rejected' | 'refresh-lost' | 'refresh-mismatch'

/** What an attempt came to. */
export type Renewal =
  | { readonly status: 'renewed'; readonly kept: Kept }
  /** The session has no refresh token: nothing can be renewed, and nothing ended. */
  | { readonly status: 'none'; readonly kept: Kept | undefined }
  | { readonly status: 'over'; readonly reason: RenewalEnd; readonly error?: unknown }
  /** No process shall ask again for `quietMs`. */
  | { readonly status: 'failed'; readonly error: unknown; readonly quietMs: number }

/** Asks for the tokens of a session, and renews them where they are not enough. */
export type RenewTokens = (
  identity: Identity,
  options: {
    /** What this process knew last; the store may have gone back behind it. */
    readonly known: Kept | undefined
    /** Whether the session can go on without; otherwise tokens that may be lost are given up. */
    readonly canWait: boolean
    isEnough(kept: Kept): boolean
  },
) => Promise<Renewal>

/** No session asks again this soon after a failure, in milliseconds. */
export const quietAfterFailureMs = 5000
