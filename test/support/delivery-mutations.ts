import { createHmac } from 'node:crypto'
import { signInterceptor, signWebhook } from '../../src/webhooks.ts'
import type { Random } from './random.ts'

/** A signed delivery, or what became of one. */
export interface Sent {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** A delivery that was signed rightly, with all that went into it. */
export interface Signed extends Sent {
  readonly id: string
  readonly timestamp: number
  readonly signature: string
  readonly secret: string
}

/** Makes something of a delivery that nobody signed, or nobody who keeps to the form. */
export type DeliveryMutation = (signed: Signed, random: Random) => Sent

/** Who signs, and when. */
export interface Signing {
  readonly secrets: readonly string[]
  /** In seconds since the epoch. */
  readonly timestamp: number
}

/** A delivery that somebody with one of the secrets signed. */
export function signedDelivery(random: Random, { secrets, timestamp }: Signing): Signed {
  const id = `msg_${random.integer(1e9)}`
  const secret = random.pick(secrets)
  const data = { role: 'member', name: 'Ada \ufffd', number: random.integer(1e6) }
  const body = Buffer.from(JSON.stringify({ type: 'moon.landed', data }))
  const headers = signWebhook({ id, timestamp, body, secret })
  const signature = headers['webhook-signature']!.slice('v1,'.length)
  return { id, timestamp, body, headers, signature, secret }
}

/** What attackers do to a delivery that they saw, by what it has then. */
export const deliveryMutations: Readonly<Record<string, DeliveryMutation>> = {
  'a bit of the body flipped': (signed, random) => {
    const body = Buffer.from(signed.body)
    body[random.integer(body.length)]! ^= 1 << random.integer(8)
    return { ...signed, body }
  },
  'a byte more in the body': (signed, random) => {
    const at = random.integer(signed.body.length + 1)
    const byte = Buffer.from([random.integer(256)])
    return {
      ...signed,
      body: Buffer.concat([signed.body.subarray(0, at), byte, signed.body.subarray(at)]),
    }
  },
  'a byte less in the body': (signed, random) => {
    const at = random.integer(signed.body.length)
    return {
      ...signed,
      body: Buffer.concat([signed.body.subarray(0, at), signed.body.subarray(at + 1)]),
    }
  },
  'the end of the body cut off': (signed, random) => ({
    ...signed,
    body: signed.body.subarray(0, random.integer(signed.body.length)),
  }),
  'two bytes of the body swapped': (signed, random) => {
    const body = Buffer.from(signed.body)
    const at = random.integer(body.length - 1)
    // Two that are equal would be the same again.
    if (body[at] === body[at + 1]) body[at]! ^= 1
    else body.set([body[at + 1]!, body[at]!], at)
    return { ...signed, body }
  },
  'a byte for a character that decodes to the same': (signed) => {
    const replacement = Buffer.from('\ufffd')
    const at = signed.body.indexOf(replacement)
    const rest = signed.body.subarray(at + replacement.length)
    return {
      ...signed,
      body: Buffer.concat([signed.body.subarray(0, at), Buffer.from([0xff]), rest]),
    }
  },
  'another role in the body': (signed) => ({
    ...signed,
    body: Buffer.from(signed.body.toString().replace('member', 'admin')),
  }),
  'a body written anew': (signed) => ({
    ...signed,
    body: Buffer.from(JSON.stringify(JSON.parse(signed.body.toString()), null, 1)),
  }),
  'another id': (signed, random) =>
    withHeaders(signed, { 'webhook-id': changed(signed.id, random) }),
  'an id with more to it': (signed, random) =>
    withHeaders(signed, { 'webhook-id': `${signed.id}${random.pick(oddCharacters)}` }),
  'an id that takes in the timestamp': (signed) =>
    withHeaders(signed, { 'webhook-id': `${signed.id}.${signed.timestamp}` }),
  'another time that is still allowed': (signed, random) => {
    const seconds = random.pick([1, -1]) * (1 + random.integer(299))
    return withHeaders(signed, { 'webhook-timestamp': String(signed.timestamp + seconds) })
  },
  'a time that is spelled otherwise': (signed, random) => {
    const spell = random.pick(spellings)
    return withHeaders(signed, { 'webhook-timestamp': spell(signed.timestamp) })
  },
  'an id of another form, signed rightly': (signed, random) =>
    signedAsIs(signed, { id: random.pick(oddIds)(signed.id) }),
  'a time that is spelled otherwise, signed rightly': (signed, random) =>
    signedAsIs(signed, { timestamp: random.pick(spellings)(signed.timestamp) }),
  'a signature with another character': (signed, random) =>
    withHeaders(signed, { 'webhook-signature': `v1,${changed(signed.signature, random)}` }),
  'a signature whose last bits differ, which decoding drops': (signed) =>
    withHeaders(signed, { 'webhook-signature': `v1,${nextBeforePadding(signed.signature)}` }),
  'a signature in which one character is not of one byte': (signed, random) => {
    const at = random.integer(signed.signature.length)
    const wide = String.fromCharCode(signed.signature.charCodeAt(at) + 256)
    return withHeaders(signed, {
      'webhook-signature': `v1,${replacedAt(signed.signature, at, wide)}`,
    })
  },
  'a part of a signature': (signed, random) =>
    withHeaders(signed, {
      'webhook-signature': `v1,${signed.signature.slice(0, random.integer(signed.signature.length))}`,
    }),
  'a signature with something around it': (signed, random) => {
    const odd = random.pick(oddCharacters)
    const [before, after] = random.pick([
      [odd, ''],
      ['', odd],
    ] as const)
    return withHeaders(signed, { 'webhook-signature': `v1,${before}${signed.signature}${after}` })
  },
  'a signature of another version': (signed, random) => {
    const version = random.pick(['', ',', 'v', 'v1', 'v1a,', 'v2,', 'V1,', 'v1;', 'v1=', 'v01,'])
    return withHeaders(signed, { 'webhook-signature': `${version}${signed.signature}` })
  },
  'many signatures, all of them guessed': (signed, random) => {
    const entries = Array.from({ length: 1 + random.integer(30) }, () => {
      return `v1,${changed(signed.signature, random)}`
    })
    return withHeaders(signed, { 'webhook-signature': entries.join(' ') })
  },
  'a header left out': (signed, random) =>
    withHeaders(signed, { [random.pick(headerNames)]: undefined }),
  'an empty header': (signed, random) => withHeaders(signed, { [random.pick(headerNames)]: '' }),
  'a header that came twice': (signed, random) => {
    const name = random.pick(headerNames)
    const value = String(signed.headers[name])
    return withHeaders(signed, { [name]: random.pick([[value, value], `${value}, ${value}`]) })
  },
  'the headers of an interceptor': (signed) => ({ ...signed, headers: signInterceptor(signed) }),
  'a signature by another secret': (signed, random) => {
    const bytes = Buffer.from(Array.from({ length: 24 }, () => random.integer(256)))
    const secret = `whsec_${bytes.toString('base64')}`
    return { ...signed, headers: signWebhook({ ...signed, secret }) }
  },
  'a time outside of what is allowed': (signed, random) => {
    // Ten more than allowed, as one ahead may be sent a moment later.
    const seconds = random.pick([1, -1]) * (310 + random.integer(100_000))
    const timestamp = signed.timestamp + seconds
    return { ...signed, headers: signWebhook({ ...signed, timestamp }) }
  },
}

const headerNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
const oddCharacters = ['.', ',', ' ', '\t', '\n', '\0', '=', '"', '%00', '\u00e9', '\u{1f511}', 'A']
const spellings: readonly ((timestamp: number) => string)[] = [
  (timestamp) => `${timestamp}abc`,
  (timestamp) => `${timestamp}.0`,
  (timestamp) => ` ${timestamp}`,
  (timestamp) => `${timestamp} `,
  (timestamp) => `+${timestamp}`,
  (timestamp) => `0${timestamp}`,
  (timestamp) => `0x${timestamp.toString(16)}`,
  (timestamp) => timestamp.toExponential(),
  (timestamp) => `${timestamp}000`,
  (timestamp) => new Date(timestamp * 1000).toISOString(),
  () => 'NaN',
  () => 'Infinity',
]

/** With a dot in it, what was signed could be cut in another place. */
const oddIds: readonly ((id: string) => string)[] = [
  (id) => `${id}.`,
  (id) => `${id}.1700000000`,
  (id) => id.replace('_', ':'),
  (id) => `${id} ${id}`,
  (id) => id.padEnd(257, '0'),
]

/** What `signWebhook` refuses to sign. */
function signedAsIs(
  signed: Signed,
  { id = signed.id, timestamp = String(signed.timestamp) }: { id?: string; timestamp?: string },
): Sent {
  const key = Buffer.from(signed.secret.slice('whsec_'.length), 'base64')
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(signed.body)
  return withHeaders(signed, {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac.digest('base64')}`,
  })
}

function withHeaders(signed: Signed, headers: Sent['headers']): Sent {
  return { ...signed, headers: { ...signed.headers, ...headers } }
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The text with another character in one place. */
function changed(text: string, random: Random): string {
  const at = random.integer(text.length)
  const before = base64Alphabet.indexOf(text[at]!)
  // Not found is before the first, so that this is always another one.
  const after = (before + 1 + random.integer(base64Alphabet.length - 1)) % base64Alphabet.length
  return replacedAt(text, at, base64Alphabet[after]!)
}

function replacedAt(text: string, at: number, character: string): string {
  return text.slice(0, at) + character + text.slice(at + 1)
}

/** 43 characters of base64 spell 258 bits, and two of them are dropped. */
function nextBeforePadding(signature: string): string {
  const last = base64Alphabet.indexOf(signature.at(-2)!)
  return replacedAt(signature, signature.length - 2, base64Alphabet[last + 1]!)
}
