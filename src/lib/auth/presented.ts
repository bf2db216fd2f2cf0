import type { ScalekitError } from '../ground/errors.ts'
import type { Caller, Principal } from './principal.ts'
import type { TokenHolder } from './revocation.ts'
import type { BearerFacts, View } from './views.ts'

/** The view of a request that brought an access token, which is used in place of a cookie. */
export type BearerView = View<Principal> & { readonly bearer: BearerFacts }

/** The view of a request whose access token is accepted. */
export interface AcceptedView {
  readonly principal: Caller
  readonly bearer: { readonly holder: TokenHolder }
}

/**
 * The outcome of a token's verification. Revocations and changes since its issue are checked on
 * each request.
 */
export type Presented =
  | VerifiedToken
  | { readonly status: 'refused'; readonly view: BearerView }
  /** Scalekit's keys cannot be loaded, so the token cannot be verified. */
  | { readonly status: 'unknown'; readonly error: ScalekitError }

/** A token whose signature and claims are valid. */
export interface VerifiedToken {
  readonly status: 'verified'
  readonly token: string
  /** When it expires, by the application's clock. */
  readonly endsAt: number
  /**
   * When the keys of the verification are too old, by the application's clock: an open connection
   * then has the token verified again.
   */
  readonly verifiedUntil: number
  /** The view, unless a record ends the token. */
  readonly view: AcceptedView
  /** The number of records that were known when none of them ended the token. */
  acceptedAt: number
}
