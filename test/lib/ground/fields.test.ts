import { describe, expect, it } from 'vitest'
import {
  nonEmptyString,
  optionalFunction,
  originUrl,
  path,
  positive,
  readFields,
  strings,
  unknownNames,
  webUrl,
  wholeNumber,
  withMethods,
} from '../../../src/lib/ground/fields.ts'

describe('readFields', () => {
  it('reads every field and tells every problem', () => {
    const problems: string[] = []
    const fields = readFields<{ a: number; b: string; c: number }>(
      { a: () => 1, b: () => nonEmptyString(''), c: () => positive(0) },
      problems,
    )
    expect(fields.a).toBe(1)
    expect(problems).toEqual([
      '`b` must be a non-empty string',
      '`c` must be a number greater than 0',
    ])
  })
})

describe('unknownNames', () => {
  const known = ['login', 'logger', 'me', 'clientId', 'baseUrl']

  it.each([
    ['loginn', 'login'],
    ['loger', 'logger'],
    ['client_id', 'clientId'],
    ['CLIENTID', 'clientId'],
    ['baseURL', 'baseUrl'],
    ['mee', 'me'],
  ])('takes %s for a slip of the pen for %s', (given, nearest) => {
    expect(unknownNames({ [given]: 1 }, known)).toEqual([
      `\`${given}\` is not an option; did you mean \`${nearest}\`?`,
    ])
  })

  it.each(['secretary', 'x', 'home'])('suggests nothing for %s', (given) => {
    expect(unknownNames({ [given]: 1 }, known)).toEqual([`\`${given}\` is not an option`])
  })

  it('says where a nested name belongs', () => {
    expect(unknownNames({ logn: 1 }, known, 'paths.')).toEqual([
      '`paths.logn` is not an option; did you mean `paths.login`?',
    ])
  })

  it.each([null, 'cookie', 5, ['a'], () => {}])('says what %s should have been', (given) => {
    expect(unknownNames(given, known, 'session.')).toEqual(['`session` must be an object'])
  })

  it('finds nothing in nothing', () => {
    expect(unknownNames(undefined, known)).toEqual([])
  })
})

describe('nonEmptyString', () => {
  it('keeps what was written', () => {
    expect(nonEmptyString('a b')).toBe('a b')
  })

  it.each([
    ['nothing', '', 'must be a non-empty string'],
    ['a number', 5, 'must be a non-empty string'],
    ['null', null, 'must be a non-empty string'],
    ['double quotes', '"value"', 'has quotes around it: remove them'],
    ['single quotes', "'value'", 'has quotes around it: remove them'],
    ['a quote left behind', 'value"', 'has quotes around it: remove them'],
    ['a space in front', ' value', 'has white space or a line break in it: remove it'],
    ['a space behind', 'value ', 'has white space or a line break in it: remove it'],
    ['a line break behind', 'value\n', 'has white space or a line break in it: remove it'],
    ['a line break inside', 'val\nue', 'has white space or a line break in it: remove it'],
    ['a tab inside', 'val\tue', 'has white space or a line break in it: remove it'],
    ['a no-break space behind', 'value\u00a0', 'has white space or a line break in it: remove it'],
  ])('refuses %s', (_case, value, problem) => {
    expect(() => nonEmptyString(value)).toThrow(problem)
  })
})

describe('webUrl', () => {
  it.each(['https://app.example', 'http://localhost:3000/path'])('reads %s', (value) => {
    expect(webUrl(value).href).toMatch(value)
    expect(webUrl(new URL(value)).href).toMatch(value)
  })

  it.each(['app.example', '//app.example', 'ftp://app.example', 'javascript:alert(1)', 'https://'])(
    'refuses %s',
    (value) => {
      expect(() => webUrl(value)).toThrow('must be a URL such as https://app.example')
    },
  )

  it('refuses a user name and a password', () => {
    expect(() => webUrl('https://me@app.example')).toThrow('must not contain a user name')
    expect(() => webUrl('https://:word@app.example')).toThrow('must not contain a user name')
  })
})

describe('originUrl', () => {
  it('takes a slash at the end off', () => {
    expect(originUrl('https://app.example/').origin).toBe('https://app.example')
  })

  it.each(['https://app.example/app', 'https://app.example/?a=1', 'https://app.example/#top'])(
    'refuses %s and says where it must end',
    (value) => {
      expect(() => originUrl(value)).toThrow(
        'must not have a path, a query or a fragment: write https://app.example',
      )
    },
  )
})

describe('path', () => {
  it.each(['/login', '/auth/v1.0/log_in~', '/a..b'])('reads %s', (value) => {
    expect(path(value)).toBe(value)
  })

  it.each([
    'login',
    '/',
    '/login/',
    '//login',
    '/auth//login',
    '/auth/../login',
    '/./login',
    '/..',
    '/log in',
    '/login?next=1',
    '/login#top',
    '/%2e%2e/login',
    '/login\n',
    5,
    undefined,
  ])('refuses %j', (value) => {
    expect(() => path(value)).toThrow('must be a path such as /auth/login')
  })
})

describe('positive', () => {
  it('reads whole and broken numbers', () => {
    expect(positive(5)).toBe(5)
    expect(positive(0.5)).toBe(0.5)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('refuses %s', (value) => {
    expect(() => positive(value)).toThrow('must be a number greater than 0')
  })
})

describe('wholeNumber', () => {
  it('reads what can be counted', () => {
    expect(wholeNumber(5)).toBe(5)
  })

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('refuses %s', (value) => {
    expect(() => wholeNumber(value)).toThrow('greater than 0')
  })
})

describe('strings', () => {
  it('reads a list and keeps its own copy', () => {
    const given = ['openid', 'email']
    const list = strings(given)
    given.push('profile')
    expect(list).toEqual(['openid', 'email'])
  })

  it.each([
    ['a text', 'openid'],
    ['a list with a number', ['openid', 5]],
    ['a list with an empty text', ['openid', '']],
    ['nothing', undefined],
  ])('refuses %s', (_case, value) => {
    expect(() => strings(value)).toThrow('must be an array of non-empty strings')
  })

  it('names what is not allowed, and what is', () => {
    expect(() => strings(['google', 'gogle'], ['google', 'github'])).toThrow(
      'must contain only google, github, not "gogle"',
    )
  })
})

describe('optionalFunction', () => {
  it('reads a function and its absence', () => {
    expect(optionalFunction(Date.now)).toBe(Date.now)
    expect(optionalFunction(undefined)).toBeUndefined()
  })

  it.each([null, 'now', {}])('refuses %j', (value) => {
    expect(() => optionalFunction(value)).toThrow('must be a function')
  })
})

describe('withMethods', () => {
  it('reads an object that has them, inherited ones too', () => {
    const console = Object.create({ info() {} })
    expect(withMethods(console, ['info'])).toBe(console)
  })

  it.each([undefined, null, 5, {}, { info: 'text' }])('refuses %j', (value) => {
    expect(() => withMethods(value, ['info'])).toThrow('must be an object with a info() method')
  })
})
