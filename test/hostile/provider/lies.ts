import type { Fault } from './faults.ts'
import type { Signer } from './signatures.ts'

/** A JSON object as it is written on the wire. */
export type Members = Readonly<Record<string, unknown>>

/** One sign-in, as the provider knows it. */
export interface Grant {
  readonly code: string
  readonly state: string
  readonly nonce: string
}

/** Members that take the place of honest ones; `undefined` takes one away. */
export type Changes = Members | ((honest: Members, other: Grant) => Members)

export interface TokenLie {
  readonly claims?: Changes
  readonly header?: Changes
  /** Stands in for the whole payload. */
  readonly payload?: (honest: Members) => string | Buffer
  readonly sign?: Signer
  /** What is made of the finished token. */
  readonly finish?: (token: string, claims: Members) => unknown
}

export interface AnswerLie {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly members?: Changes
  /** Stands in for the whole body. */
  readonly body?: string | Buffer | ((honest: Members) => string)
  readonly fault?: Fault
}

/** Everything a provider can be made to lie about; what is left out stays honest. */
export interface Lies {
  readonly discovery?: AnswerLie
  readonly keys?: AnswerLie
  /** Where the browser is sent in place of `back`. */
  readonly authorize?: (back: URL, other: Grant) => URL | string
  readonly token?: AnswerLie
  readonly idToken?: TokenLie
  readonly accessToken?: TokenLie
}

export function changed(honest: Members, changes: Changes | undefined, other: Grant): Members {
  const members = typeof changes === 'function' ? changes(honest, other) : changes
  return { ...honest, ...members }
}
