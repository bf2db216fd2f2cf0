import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  clearCookie,
  cookieName,
  cookieNames,
  keepFromCaches,
  neverCache,
  readCookie,
  setCookie,
} from '../../../src/lib/ground/cookies.ts'

const secure = { isSecure: true }
const plain = { isSecure: false }

describe('readCookie', () => {
  it.each([
    ['the only one', 'sid=abc'],
    ['the first', 'sid=abc; other=1; third=2'],
    ['in the middle', 'other=1; sid=abc; third=2'],
    ['the last', 'other=1; third=2; sid=abc'],
    ['without a space before it', 'other=1;sid=abc;third=2'],
    ['with white space around it', 'other=1; \t sid=abc \t; third=2'],
    ['with white space at both ends of the header', '  sid=abc  '],
    ['after an empty pair', ';; sid=abc;;'],
  ])('finds a cookie that is %s', (_case, header) => {
    expect(readCookie(header, 'sid')).toBe('abc')
  })

  it.each([
    ['a name that ends like it', 'xsid=abc'],
    ['a name that begins like it', 'sidx=abc'],
    ['a name in another case', 'SID=abc'],
    ['its name inside a value', 'other=sid=abc'],
    ['its name after a space inside a value', 'other=1 sid=abc'],
    ['its name without a value', 'sid; other=1'],
    ['its name with a prefix', '__Host-sid=abc'],
  ])('does not take for it %s', (_case, header) => {
    expect(readCookie(header, 'sid')).toBeUndefined()
    expect(readCookie(`${header}; sid=mine`, 'sid')).toBe('mine')
  })

  it.each([
    ['the same value', 'sid=abc; sid=abc'],
    ['another value', 'sid=abc; other=1; sid=def'],
    ['no value', 'sid=abc; sid='],
  ])('refuses a cookie sent twice, the second time with %s', (_case, header) => {
    expect(readCookie(header, 'sid')).toBeUndefined()
  })

  it('keeps equals signs, quotes and percent signs of a value as they are', () => {
    expect(readCookie('sid="a=b%20c"; other=1', 'sid')).toBe('"a=b%20c"')
  })

  it('answers a value without characters', () => {
    expect(readCookie('sid=; other=1', 'sid')).toBe('')
  })

  it('answers nothing without a header', () => {
    expect(readCookie(undefined, 'sid')).toBeUndefined()
    expect(readCookie('', 'sid')).toBeUndefined()
  })

  it('is quick with a long header of lookalikes', () => {
    const header = ' '.repeat(8000) + 'xsid='.repeat(2000)
    // Of the processor, which others may keep from this process for as long as they like.
    const before = process.cpuUsage()
    expect(readCookie(header, 'sid')).toBeUndefined()
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(100)
  })
})

describe('cookieNames', () => {
  it('lists the names a request brings', () => {
    expect(cookieNames(requestWith('a=1; b=2; __proto__=3'))).toEqual(['a', 'b', '__proto__'])
  })

  it('lists nothing without a header', () => {
    expect(cookieNames(requestWith(undefined))).toEqual([])
  })
})

describe('cookieName', () => {
  it('has the __Host- prefix over https', () => {
    expect(cookieName('scalekit-session', secure)).toBe('__Host-scalekit-session')
  })

  it('is plain over http, where browsers refuse the prefix', () => {
    expect(cookieName('scalekit-session', plain)).toBe('scalekit-session')
  })
})

describe('setCookie', () => {
  it('sends what a __Host- cookie must have, and no Domain', () => {
    const res = response()
    setCookie(res, { name: '__Host-sid', value: 'abc', maxAgeSeconds: 60 }, secure)
    expect(attributesOf(res)).toEqual([
      ['__Host-sid=abc', 'HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax', 'Secure'],
    ])
  })

  it('leaves out Secure over http', () => {
    const res = response()
    setCookie(res, { name: 'sid', value: 'abc', maxAgeSeconds: 60 }, plain)
    expect(attributesOf(res)).toEqual([
      ['sid=abc', 'HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax'],
    ])
  })

  it('keeps the cookies that were set before it', () => {
    const res = response()
    res.setHeader('Set-Cookie', 'theirs=1')
    setCookie(res, { name: 'ours', value: '2', maxAgeSeconds: 60 }, plain)
    setCookie(res, { name: 'another', value: '3', maxAgeSeconds: 60 }, plain)
    expect(attributesOf(res).flat()).toEqual(
      expect.arrayContaining(['theirs=1', 'ours=2', 'another=3']),
    )
  })

  it('makes the answer personal', () => {
    const res = response()
    setCookie(res, { name: 'sid', value: 'abc', maxAgeSeconds: 60 }, plain)
    expect(res.getHeader('Cache-Control')).toBe('no-store')
    expect(res.getHeader('Vary')).toBe('Cookie')
  })
})

describe('clearCookie', () => {
  it('takes the value away at once, with the attributes it was set with', () => {
    const res = response()
    clearCookie(res, '__Host-sid', secure)
    expect(attributesOf(res)).toEqual([
      [
        '__Host-sid=',
        'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
        'HttpOnly',
        'Max-Age=0',
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ],
    ])
  })
})

describe('neverCache', () => {
  it('replaces a Cache-Control that would let others store the answer', () => {
    const res = response()
    res.setHeader('Cache-Control', 'public, max-age=60')
    neverCache(res)
    expect(res.getHeader('Cache-Control')).toBe('no-store')
  })

  it('adds Cookie to Vary once, however often it is called', () => {
    const res = response()
    res.setHeader('Vary', 'Accept-Encoding')
    neverCache(res)
    neverCache(res)
    expect([res.getHeader('Vary')].flat().join(', ')).toBe('Accept-Encoding, Cookie')
  })

  it.each(['Cookie', 'cookie', '*', 'Accept, COOKIE', 'Cookie , Origin'])(
    'leaves Vary: %s as it is',
    (vary) => {
      const res = response()
      res.setHeader('Vary', vary)
      neverCache(res)
      expect(res.getHeader('Vary')).toBe(vary)
    },
  )

  it('is not misled by a header whose name only holds the word', () => {
    const res = response()
    res.setHeader('Vary', 'X-Cookie')
    neverCache(res)
    expect(res.getHeader('Vary')).toEqual(['X-Cookie', 'Cookie'])
  })
})

describe('keepFromCaches', () => {
  it('takes the little that Socket.IO hands over for an answer', () => {
    const headers = new Map<string, unknown>([['Set-Cookie', 'sid=abc']])
    const given = {
      getHeader: (name: string) => headers.get(name),
      setHeader: (name: string, value: unknown) => headers.set(name, value),
      writeHead() {},
    }
    const res = given as unknown as ServerResponse
    keepFromCaches(res, { isRenewal: () => true, isOver: () => false })
    res.writeHead(101)
    expect(headers.get('Cache-Control')).toBe('no-store')
  })

  it('takes a renewal back where nothing can tell whether the session is over', () => {
    const res = response()
    res.setHeader('Set-Cookie', ['sid=renewed', 'theme=dark'])
    keepFromCaches(res, {
      isRenewal: (line) => line.startsWith('sid='),
      isOver() {
        throw new Error('the clock failed')
      },
    })
    res.writeHead(200)
    expect(res.getHeader('Set-Cookie')).toEqual(['theme=dark'])
  })
})

function requestWith(cookie: string | undefined): IncomingMessage {
  const req = new IncomingMessage(new Socket())
  if (cookie !== undefined) req.headers.cookie = cookie
  return req
}

function response(): ServerResponse {
  return new ServerResponse(requestWith(undefined))
}

/** The parts of each Set-Cookie line: the cookie, then its attributes by the alphabet. */
function attributesOf(res: ServerResponse): string[][] {
  const lines = [res.getHeader('Set-Cookie')].flat().map(String)
  return lines.map((line) => {
    const [cookie, ...attributes] = line.split('; ')
    return [cookie!, ...attributes.sort()]
  })
}
