import { describe, expect, it } from 'vitest'
import {
  decodeBase64url,
  isSameShortText,
  isSameText,
  randomText,
  sha256,
} from '../../../src/lib/ground/bytes.ts'

describe('randomText', () => {
  it.each([
    [128, 22],
    [256, 43],
  ] as const)('spells %d bits in %d characters of base64url', (bits, length) => {
    const text = randomText(bits)
    expect(text).toHaveLength(length)
    expect(text).toMatch(/^[\w-]+$/)
  })

  it('never answers the same twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => randomText(128))).size).toBe(100)
  })
})

describe('sha256', () => {
  it('answers the digest that FIPS 180-2 publishes for "abc"', () => {
    expect(sha256('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})

describe.each([isSameText, isSameShortText])('$name', (isSame) => {
  it('knows a text again', () => {
    expect(isSame('state', 'state')).toBe(true)
    expect(isSame('', '')).toBe(true)
  })

  it.each([
    ['another last character', 'statf'],
    ['a shorter text', 'stat'],
    ['a longer text', 'state '],
    ['another case', 'State'],
    ['another first character', 'ttate'],
    ['a character with the same last byte', 'stat\u0165'],
    ['nothing', ''],
  ])('tells it from %s', (_case, other) => {
    expect(isSame('state', other)).toBe(false)
  })
})

describe('isSameShortText', () => {
  it('looks at the other text from where it is told to', () => {
    expect(isSameShortText('state', 'v1,state', 3)).toBe(true)
    expect(isSameShortText('state', 'v1,statf', 3)).toBe(false)
    expect(isSameShortText('state', 'v1,state', 2)).toBe(false)
  })
})

describe('decodeBase64url', () => {
  // The vectors of RFC 4648 section 10, without their padding.
  it.each([
    ['Zg', 'f'],
    ['Zm8', 'fo'],
    ['Zm9v', 'foo'],
    ['Zm9vYg', 'foob'],
    ['Zm9vYmE', 'fooba'],
    ['Zm9vYmFy', 'foobar'],
  ])('decodes %s', (spelled, decoded) => {
    expect(decodeBase64url(spelled)?.toString()).toBe(decoded)
  })

  it('decodes both characters that base64 spells otherwise', () => {
    expect(decodeBase64url('-_-_')).toEqual(Buffer.from([0xfb, 0xff, 0xbf]))
  })

  it.each([
    ['nothing', ''],
    ['padding', 'Zg=='],
    ['the characters of plain base64', '+/+/'],
    ['a space in front', ' Zg'],
    ['a line break at the end', 'Zg\n'],
    ['a space inside', 'Zm 9v'],
    ['a character outside ASCII', 'Zmé'],
    ['a dot', 'Zm.v'],
    ['a length that no bytes have', 'Zm9vY'],
  ])('refuses %s', (_case, spelled) => {
    expect(decodeBase64url(spelled)).toBeUndefined()
  })

  it('refuses every other spelling of the last character', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const accepted = (start: string) =>
      [...alphabet].filter((last) => decodeBase64url(start + last) !== undefined).join('')
    expect(accepted('Z')).toBe('AQgw')
    expect(accepted('Zm')).toBe('AEIMQUYcgkosw048')
    expect(accepted('Zm9')).toBe(alphabet)
  })
})
