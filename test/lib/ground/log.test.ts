import { afterEach, describe, expect, it, vi } from 'vitest'
import { consoleLogger, quote, warnerOnce } from '../../../src/lib/ground/log.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

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
