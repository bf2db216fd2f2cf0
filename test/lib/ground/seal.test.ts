import { describe, expect, it, vi } from 'vitest'
import { randomText } from '../../../src/lib/ground/bytes.ts'
import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'

const older = new Secret('the older secret of this application')
const newer = new Secret('the newer secret of this application')
const text = 'what the browser keeps for us: é, 漢, 🔑'
const label = '__Host-scalekit-session'

const session = sealer([older], 'session scalekit')

describe('sealer', () => {
  it('opens what it sealed', () => {
    expect(session.open(session.seal(text, label), label)).toBe(text)
  })

  it('seals and opens a text without characters', () => {
    expect(session.open(session.seal('', label), label)).toBe('')
  })

  it('seals the same text differently each time', () => {
    expect(session.seal(text, label)).not.toBe(session.seal(text, label))
  })

  it('shows nothing of the text', () => {
    const sealed = session.seal('ada@acme.example', label)
    expect(sealed).not.toContain('ada@acme')
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')).not.toContain(
      'ada@acme',
    )
  })

  it('needs a secret', () => {
    expect(() => sealer([], 'session')).toThrow(TypeError)
  })
})

describe('open', () => {
  it.each([
    ['another purpose', sealer([older], 'transaction scalekit')],
    ['another instance', sealer([older], 'session other')],
    ['another secret', sealer([newer], 'session scalekit')],
  ])('refuses what was sealed for %s', (_case, other) => {
    expect(session.open(other.seal(text, label), label)).toBeUndefined()
  })

  it('refuses what was sealed for another purpose even under our key id', () => {
    const foreign = sealer([older], 'transaction scalekit').seal(text, label)
    const [version, , body] = foreign.split('.')
    const ourKeyId = session.seal(text, label).split('.')[1]
    expect(session.open(`${version}.${ourKeyId}.${body}`, label)).toBeUndefined()
  })

  it('refuses a value under another label', () => {
    const sealed = session.seal(text, label)
    expect(session.open(sealed, 'scalekit-session')).toBeUndefined()
    expect(session.open(sealed, '')).toBeUndefined()
  })

  it('tells a purpose from its label', () => {
    const one = sealer([older], 'session')
    const sealed = one.seal(text, 'a\nb')
    expect(sealer([older], 'session\na').open(sealed, 'b')).toBeUndefined()
  })

  it('refuses a value with any one bit of it flipped', () => {
    const sealed = session.seal('short', label)
    const [version, keyId, body] = sealed.split('.')
    const bytes = Buffer.from(body!, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const changed = `${version}.${keyId}.${flipped.toString('base64url')}`
      expect(session.open(changed, label), `bit ${bit}`).toBeUndefined()
    }
  })

  it('leaves errors that come after a forged value their stacks', () => {
    session.open(`${session.seal('short', label).slice(0, -4)}AAAA`, label)
    expect(new Error('later').stack).toContain('seal.test')
  })

  it('refuses a value with any one character replaced, the last one too', () => {
    const sealed = session.seal('shorter', label)
    for (let at = 0; at < sealed.length; at += 1) {
      for (const other of ['A', 'B', '_', '.', ' ', '=']) {
        if (sealed[at] === other) continue
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
        expect(session.open(changed, label), `${other} at ${at}`).toBeUndefined()
      }
    }
  })

  it('refuses a value that was cut anywhere', () => {
    const sealed = session.seal('short', label)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(session.open(sealed.slice(0, length), label), `${length} left`).toBeUndefined()
    }
  })

  it('refuses a value with anything after it or in front of it', () => {
    const sealed = session.seal(text, label)
    for (const changed of [
      `${sealed}A`,
      `${sealed}=`,
      `${sealed}\n`,
      ` ${sealed}`,
      sealed + sealed,
    ]) {
      expect(session.open(changed, label)).toBeUndefined()
    }
  })

  it.each(['', '1', '1.', '1..', 'no seal at all', '2.AAAAAAAA.AAAA', '__proto__'])(
    'refuses %j',
    (value) => {
      expect(session.open(value, label)).toBeUndefined()
    },
  )

  it('leaves the depth of stack traces as it was after a refusal', () => {
    const { stackTraceLimit } = Error
    const sealed = session.seal(text, label)
    session.open(sealed, 'another label')
    expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  })
})

describe('a sealer whose keys need a second half', () => {
  const half = randomText(128)
  const withHalf = sealer([older], 'tokens scalekit', half)

  it('opens what it sealed, and so does another one with the same half', () => {
    const sealed = withHalf.seal(text, label)
    expect(withHalf.open(sealed, label)).toBe(text)
    expect(sealer([older], 'tokens scalekit', half).open(sealed, label)).toBe(text)
  })

  it.each<[string, ReturnType<typeof sealer>]>([
    ['no half', sealer([older], 'tokens scalekit')],
    ['an empty half', sealer([older], 'tokens scalekit', '')],
    ['another half', sealer([older], 'tokens scalekit', randomText(128))],
    ['a longer half', sealer([older], 'tokens scalekit', `${half}A`)],
    ['another secret', sealer([newer], 'tokens scalekit', half)],
    ['another purpose', sealer([older], 'tokens other', half)],
    ['a secret that is both', sealer([both()], 'tokens scalekit')],
    ['a secret that is both, and no half', sealer([both()], 'tokens scalekit', '')],
  ])('seals what nothing with %s opens, and opens nothing of it', (_what, other) => {
    expect(other.open(withHalf.seal(text, label), label)).toBeUndefined()
    expect(withHalf.open(other.seal(text, label), label)).toBeUndefined()
  })

  /** The secret and the half as they are put together. */
  function both(): Secret {
    return new Secret(`${half}\n${older.reveal()}`)
  }

  it('names the secret by the same key id as one without, so that it can be replaced', () => {
    const keyId = (one: ReturnType<typeof sealer>) => one.seal(text, label).split('.')[1]
    expect(keyId(withHalf)).toBe(keyId(sealer([older], 'tokens scalekit')))
    const rotated = sealer([newer, older], 'tokens scalekit', half)
    expect(rotated.open(withHalf.seal(text, label), label)).toBe(text)
    expect(withHalf.open(rotated.seal(text, label), label)).toBeUndefined()
  })
})

describe('a list of secrets', () => {
  it('opens what any of them sealed', () => {
    const rotated = sealer([newer, older], 'session scalekit')
    expect(rotated.open(session.seal(text, label), label)).toBe(text)
  })

  it('seals with the first', () => {
    const sealed = sealer([newer, older], 'session scalekit').seal(text, label)
    expect(session.open(sealed, label)).toBeUndefined()
    expect(sealer([newer], 'session scalekit').open(sealed, label)).toBe(text)
  })

  it('no longer opens what a removed one sealed', () => {
    const sealed = session.seal(text, label)
    expect(sealer([newer], 'session scalekit').open(sealed, label)).toBeUndefined()
  })
})

it.each<[what: string, value: (sealed: string) => string, calls: number]>([
  ['a value of another secret', (sealed) => sealed, 1],
  ['a value that is too short to have been sealed', (sealed) => sealed.slice(0, 20), 0],
  ['a value of another form', () => 'a cookie of another package', 0],
])('tells %s by its form', (_what, value, calls) => {
  const told = vi.fn()
  const sealed = sealer([older], 'session').seal('text', 'label')
  const reader = sealer([newer], 'session', undefined, told)
  expect(reader.open(value(sealed), 'label')).toBeUndefined()
  expect(told).toHaveBeenCalledTimes(calls)
  // A value of its own that was changed is no value of another secret.
  reader.open(`${reader.seal('text', 'label').slice(0, -2)}AA`, 'label')
  expect(told).toHaveBeenCalledTimes(calls)
})
