import { WebhookError } from '../ground/errors.ts'
import type { Scheme } from './scheme.ts'

/**
 * The headers of a request: Node's `req.headers`, an object with names in any case, or a `Headers`
 * of the Fetch standard.
 */
export type RequestHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null }

type FetchHeaders = Extract<RequestHeaders, { get: unknown }>
type NodeHeaders = Exclude<RequestHeaders, FetchHeaders>

/** The three headers of a signed request, checked for their format. */
export interface SignatureHeaders {
  readonly id: string
  /** As it was signed: ten digits. */
  readonly timestamp: string
  /** `timestamp` as a number: seconds since the epoch. */
  readonly seconds: number
  /** Each entry is like `v1,<base64>`. Versions and formats are not checked here. */
  readonly signatures: readonly string[]
}

/** A dot is refused: `id.timestamp.body` could otherwise be split in another place. */
const idForm = /^[\w-]+$/
const maxIdLength = 256
const timestampDigits = 10
const zero = '0'.charCodeAt(0)
/** Enough for twenty signatures. Scalekit sends one, or two during a rotation. */
const maxSignaturesLength = 2048

/** Whether a delivery can have this id. */
export function isDeliveryId(id: unknown): boolean {
  return typeof id === 'string' && id.length <= maxIdLength && idForm.test(id)
}

/** @throws {@link WebhookError} `webhook_headers_invalid` */
export function signatureHeaders(headers: RequestHeaders, scheme: Scheme): SignatureHeaders {
  const named = isFetchHeaders(headers) ? fromFetch(headers, scheme) : headers
  // Looked up at this call site: a shared one would handle all three names, which is slower.
  const id = textOf(named[scheme.id], named, scheme.id)
  const timestamp = textOf(named[scheme.timestamp], named, scheme.timestamp)
  const signatures = entriesOf(textOf(named[scheme.signature], named, scheme.signature))
  if (!isDeliveryId(id)) throw malformed(scheme.id)
  const seconds = secondsOf(timestamp)
  if (seconds === undefined) throw malformed(scheme.timestamp)
  if (!signatures) throw malformed(scheme.signature)
  return { id, timestamp, seconds, signatures }
}

/**
 * Accepts digits only, because a lenient parser would accept other values as numbers. One pass
 * takes a third of the time of a regular expression and `Number`.
 */
function secondsOf(timestamp: string): number | undefined {
  if (timestamp.length !== timestampDigits) return undefined
  let seconds = 0
  for (let at = 0; at < timestampDigits; at += 1) {
    const digit = timestamp.charCodeAt(at) - zero
    if (digit < 0 || digit > 9) return undefined
    seconds = seconds * 10 + digit
  }
  return seconds
}

/**
 * Splits the signatures at single spaces. Returns `undefined` if the header as a whole is
 * malformed.
 */
function entriesOf(signatures: string): readonly string[] | undefined {
  if (signatures === '' || signatures.length > maxSignaturesLength) return undefined
  if (!signatures.includes(' ')) return [signatures]
  const entries = signatures.split(' ')
  // Node and `Headers` join repeated headers with a comma and a space.
  return entries.some((entry) => entry === '' || entry.endsWith(',')) ? undefined : entries
}

function isFetchHeaders(headers: RequestHeaders): headers is FetchHeaders {
  return typeof headers.get === 'function'
}

function fromFetch(headers: FetchHeaders, scheme: Scheme): NodeHeaders {
  const names = [scheme.id, scheme.timestamp, scheme.signature]
  return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? undefined]))
}

/**
 * Node writes names in lower case. Other frameworks keep the sender's case, and a name may then
 * occur twice.
 */
function textOf(found: unknown, headers: NodeHeaders, name: string): string {
  const value = found ?? inOtherCase(headers, name)
  if (typeof value === 'string') return value
  throw malformed(name)
}

function inOtherCase(headers: NodeHeaders, name: string): unknown {
  const spellings = Object.keys(headers).filter((key) => key.toLowerCase() === name)
  return spellings.length === 1 ? headers[spellings[0]!] : undefined
}

function malformed(name: string): WebhookError {
  const [, part = ''] = name.split('-')
  return new WebhookError(
    'webhook_headers_invalid',
    `The header ${name} is missing, appears more than once or is malformed: expected ${forms[part]}`,
  )
}

/** The format of each header, by the last part of its name. */
const forms: Readonly<Record<string, string>> = {
  id: 'up to 256 letters, digits, _ and -',
  timestamp: 'the seconds since the epoch, in ten digits',
  signature: '`v1,` and a base64 string',
}
