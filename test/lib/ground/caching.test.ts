import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { makePrivate, makePrivateByToken, neverCache } from '../../../src/lib/ground/caching.ts'
import { requestWith } from '../requests.ts'

describe('neverCache', () => {
  it('replaces a Cache-Control that would let others store the answer', () => {
    const res = new ServerResponse(requestWith())
    res.setHeader('Cache-Control', 'public, max-age=60')
    neverCache(res)
    expect(res.getHeader('Cache-Control')).toBe('no-store')
  })

  it('adds Cookie to Vary once, however often it is called', () => {
    const res = new ServerResponse(requestWith())
    res.setHeader('Vary', 'Accept-Encoding')
    neverCache(res)
    neverCache(res)
    expect([res.getHeader('Vary')].flat().join(', ')).toBe('Accept-Encoding, Cookie')
  })

  it.each(['Cookie', 'cookie', '*', 'Accept, COOKIE', 'Cookie , Origin'])(
    'leaves Vary: %s as it is',
    (vary) => {
      const res = new ServerResponse(requestWith())
      res.setHeader('Vary', vary)
      neverCache(res)
      expect(res.getHeader('Vary')).toBe(vary)
    },
  )

  it('is not misled by a header whose name only holds the word', () => {
    const res = new ServerResponse(requestWith())
    res.setHeader('Vary', 'X-Cookie')
    neverCache(res)
    expect(res.getHeader('Vary')).toEqual(['X-Cookie', 'Cookie'])
  })
})

describe('makePrivateByToken', () => {
  it.each<[given: string | undefined, expected: string]>([
    [undefined, 'Cookie, Authorization'],
    ['Accept', 'Accept, Cookie, Authorization'],
    ['authorization', 'authorization, Cookie'],
    ['Cookie', 'Cookie, Authorization'],
    ['*', '*'],
  ])('makes of Vary: %s %s, however often it is called', (given, expected) => {
    const res = new ServerResponse(requestWith())
    if (given !== undefined) res.setHeader('Vary', given)
    makePrivateByToken(res)
    makePrivateByToken(res)
    expect([res.getHeader('Vary')].flat().join(', ')).toBe(expected)
  })
})

describe('the application’s own Cache-Control', () => {
  it.each<[given: string | undefined, least: string, unstored: string]>([
    [undefined, 'private', 'no-store'],
    ['', 'private', 'no-store'],
    ['no-store', 'no-store', 'no-store'],
    ['private', 'private', 'private, no-store'],
    ['PRIVATE, Max-Age=60', 'PRIVATE, Max-Age=60', 'PRIVATE, Max-Age=60, no-store'],
    ['no-cache', 'private, no-cache', 'no-cache, no-store'],
    [
      'no-cache, no-transform',
      'private, no-cache, no-transform',
      'no-cache, no-transform, no-store',
    ],
    ['max-age=60', 'private, max-age=60', 'max-age=60, no-store'],
    ['public, max-age=600', 'private, max-age=600', 'no-store'],
    [
      'public,max-age=1, immutable , no-transform',
      'private, max-age=1, immutable, no-transform',
      'no-transform, no-store',
    ],
    [
      'Public, S-MaxAge=60, must-revalidate',
      'private, must-revalidate',
      'must-revalidate, no-store',
    ],
    ['s-maxage=60, max-age=0', 'private, max-age=0', 'no-store'],
    ['private="set-cookie, x", max-age=60', 'private, max-age=60', 'no-store'],
    [
      'no-cache="set-cookie, x"',
      'private, no-cache="set-cookie, x"',
      'no-cache="set-cookie, x", no-store',
    ],
    ['public, no-store', 'no-store', 'no-store'],
    [
      'x-public, publication=1',
      'private, x-public, publication=1',
      'x-public, publication=1, no-store',
    ],
    ['max-age="60', 'private, max-age="60', 'max-age="60, no-store'],
  ])('%j is at least %j, and with a cookie %j', (given, least, unstored) => {
    for (const [make, expected] of [
      [makePrivate, least],
      [neverCache, unstored],
    ] as const) {
      const res = new ServerResponse(requestWith())
      if (given !== undefined) res.setHeader('Cache-Control', given)
      make(res)
      res.writeHead(200)
      expect(res.getHeader('Cache-Control')).toBe(expected)
      expect(res.getHeader('Vary')).toBe('Cookie')
    }
  })
})
