import { isObject } from '../ground/is-object.ts'
import { quote } from '../ground/log.ts'
import { clockHint, type Untimely } from './clock-hint.ts'

/** What openid-client tells of a refused ID token, in the cause of one of its errors. */
interface Told {
  readonly header?: { readonly alg?: unknown }
  readonly claims?: Untimely['payload']
  readonly claim?: unknown
  readonly now?: number
}

/** What to do about an ID token that openid-client refused for its time. */
export function clockHintOf(error: unknown): string | undefined {
  const { claim, claims, now } = told(error)
  if (claim !== 'exp' && claim !== 'iat' && claim !== 'nbf') return undefined
  return claims && now ? clockHint({ claim, payload: claims }, now * 1000) : undefined
}

/** The same error, and above it a sentence that names the algorithm where that was refused. */
export function withAlgorithm(error: unknown): unknown {
  const { header } = told(error)
  return header && saysOf(error, '"alg"') ? refusedAlgorithm(header.alg, error) : error
}

/** Longest name of an algorithm that is repeated, in characters. */
const maxAlgLength = 20

/** Names the algorithm that a token came with; it is chosen by the sender. */
export function refusedAlgorithm(alg: unknown, cause: unknown): Error {
  const named = typeof alg === 'string' ? quote(alg.slice(0, maxAlgLength)) : `a ${typeof alg}`
  return new Error(`the alg of the header is ${named}, not "RS256"`, { cause })
}

function saysOf(error: unknown, word: string): boolean {
  return error instanceof Error && (error.message.includes(word) || saysOf(error.cause, word))
}

function told(error: unknown): Told {
  if (!(error instanceof Error)) return isObject(error) ? (error as Told) : {}
  return told(error.cause)
}
