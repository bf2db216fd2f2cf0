import { isObject } from '../ground/is-object.ts'
import { quote } from '../ground/log.ts'
import { clockHint, type Untimely } from './clock-hint.ts'

/** Details of a refused ID token that openid-client puts in the cause of its error. */
interface Told {
  readonly header?: { readonly alg?: unknown }
  readonly claims?: Untimely['payload']
  readonly claim?: unknown
  readonly now?: number
}

/** Returns a hint for an ID token that openid-client refused because of a time claim. */
export function clockHintOf(error: unknown): string | undefined {
  const { claim, claims, now } = told(error)
  if (claim !== 'exp' && claim !== 'iat' && claim !== 'nbf') return undefined
  return claims && now ? clockHint({ claim, payload: claims }, now * 1000) : undefined
}

/**
 * Wraps the error in one that names the algorithm, if openid-client refused the algorithm. Returns
 * any other error unchanged.
 */
export function withAlgorithm(error: unknown): unknown {
  const { header } = told(error)
  return header && saysOf(error, '"alg"') ? refusedAlgorithm(header.alg, error) : error
}

/** Maximum length of an algorithm's name in a message, in characters. */
const maxAlgLength = 20

/** Creates an error that names the token's algorithm. The sender chose that name. */
export function refusedAlgorithm(alg: unknown, cause?: unknown): Error {
  const refusal =
    typeof alg === 'string'
      ? `the alg of the header is ${quote(alg.slice(0, maxAlgLength))}, not "RS256"`
      : 'the header has no alg, or one that is not a string'
  return new Error(refusal, cause ? { cause } : {})
}

function saysOf(error: unknown, word: string): boolean {
  return error instanceof Error && (error.message.includes(word) || saysOf(error.cause, word))
}

function told(error: unknown): Told {
  if (!(error instanceof Error)) return isObject(error) ? (error as Told) : {}
  return told(error.cause)
}
