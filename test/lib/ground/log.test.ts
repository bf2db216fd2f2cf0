import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  consoleLogger,
  debug,
  plainOrQuoted,
  quote,
  warnerOnce,
  withFields,
} from '../../../src/lib/ground/log.ts'
import { fieldsLogger, recordingLogger } from '../../support/recording-logger.ts'

describe('quote', () => {
  it('puts quotes around a text', () => {
    expect(quote('invalid_grant')).toBe('"invalid_grant"')
  })

  it.each([
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a terminal escape', '\u001b[2J'],
    ['a null', '\0'],
    ['a delete', '\u007f'],
    ['a next-line control', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
  ])('lets no %s through', (_case, character) => {
    const line = quote(`before${character}after`)
    expect(line).not.toContain(character)
    expect(line).toMatch(/^"before.+after"$/)
  })

  it('keeps a text from ending its own quotes', () => {
    expect(quote('a" b')).toBe('"a\\" b"')
  })

  it('keeps 300 characters and cuts what is longer', () => {
    expect(quote('a'.repeat(300))).toBe(`"${'a'.repeat(300)}"`)
    expect(quote('a'.repeat(301))).toBe(`"${'a'.repeat(300)}…"`)
    expect(quote('\n'.repeat(1_000_000)).length).toBeLessThan(700)
  })
})

describe('warnerOnce', () => {
  it('gives each message the first time only, and forgets none', () => {
    const { logger, lines } = recordingLogger()
    const warnOnce = warnerOnce(logger)
    for (const message of ['one', 'one', 'other', 'one']) warnOnce(message)
    expect(lines).toEqual(['warn one', 'warn other'])
  })

  it('knows of no other logger', () => {
    const [one, other] = [recordingLogger(), recordingLogger()]
    warnerOnce(one.logger)('one')
    warnerOnce(other.logger)('one')
    expect([one.lines, other.lines]).toEqual([['warn one'], ['warn one']])
  })
})

describe('consoleLogger', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each(['info', 'warn', 'error'] as const)('writes %s lines to the console', (level) => {
    const write = vi.spyOn(console, level).mockImplementation(() => {})
    consoleLogger({})[level]('hello')
    expect(write.mock.calls).toEqual([['[scalekit] hello']])
  })

  it('writes debug lines only when DEBUG mentions scalekit', () => {
    const write = vi.spyOn(console, 'debug').mockImplementation(() => {})
    consoleLogger({ DEBUG: 'express:*' }).debug('quiet')
    consoleLogger({}).debug('quiet')
    consoleLogger({ DEBUG: 'express:*,scalekit' }).debug('loud')
    expect(write.mock.calls).toEqual([['[scalekit] loud']])
  })
})

describe('plainOrQuoted', () => {
  it.each([
    ['conn_1;00u2', 'conn_1;00u2'],
    ['google-oauth2|104630', 'google-oauth2|104630'],
    ['a b', '"a b"'],
    ['a\nb', '"a\\nb"'],
    ['', '""'],
  ])('shows %j as %s', (text, shown) => {
    expect(plainOrQuoted(text)).toBe(shown)
  })

  it('cuts what is too long', () => {
    expect(plainOrQuoted('a'.repeat(301))).toBe(`"${'a'.repeat(300)}…"`)
  })
})

describe('withFields', () => {
  it('makes lines carry the fields that are known', () => {
    const { logger, lines } = fieldsLogger()
    const log = withFields(logger, { deliveryId: 'msg_1', code: undefined, requestId: 0 })
    withFields(log, { organizationId: 'org_1' }).info('hello')
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'hello',
        fields: { deliveryId: 'msg_1', requestId: 0, organizationId: 'org_1' },
      },
    ])
  })

  it('leaves a logger as it is that has no `child`, or where nothing is known', () => {
    const [plain, withChild] = [recordingLogger().logger, fieldsLogger().logger]
    expect(withFields(plain, { code: 'unexpected' })).toBe(plain)
    expect(withFields(withChild, { code: undefined })).toBe(withChild)
  })
})

describe('debug', () => {
  it.each([
    ['user ada@acme.example is here', 'user …@acme.example is here'],
    ['user conn_1;ada.l+x@acme.example', 'user conn_1;…@acme.example'],
    ['/users/ada%40acme.example/keys', '/users/…%40acme.example/keys'],
    ['"a@b.example","c@d.example"', '"…@b.example","…@d.example"'],
    ['acme.example @ noon', 'acme.example @ noon'],
    ['nothing to hide', 'nothing to hide'],
  ])('writes %j without addresses', (message, written) => {
    const { logger, lines } = recordingLogger()
    debug(logger, message)
    expect(lines).toEqual([`debug ${written}`])
  })

  it('puts none into a field', () => {
    const { logger, lines } = fieldsLogger()
    debug(logger, 'hello', { userId: 'conn_1;ada@acme.example' })
    expect(lines[0]!.fields).toEqual({ userId: 'conn_1;…@acme.example' })
  })
})
