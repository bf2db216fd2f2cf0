import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { guardedLogger } from '../../../src/lib/ground/guarded-logger.ts'
import type { Logger } from '../../../src/lib/ground/log.ts'
import { fieldsLogger, recordingLogger } from '../../support/recording-logger.ts'

const silent = recordingLogger().logger
const onConsole = vi.fn()

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(onConsole))
afterEach(() => {
  onConsole.mockReset()
  vi.restoreAllMocks()
})

describe('a guarded logger', () => {
  it('writes each line by the method of its level, with the fields of its children', () => {
    const { logger, lines } = fieldsLogger()
    const child = guardedLogger(logger).child!({ code: 'unexpected' }).child!({ userId: 'usr_1' })
    child.debug('one')
    child.info('two')
    child.warn('three')
    child.error('four')
    const fields = { code: 'unexpected', userId: 'usr_1' }
    expect(lines).toEqual([
      { level: 'debug', message: 'one', fields },
      { level: 'info', message: 'two', fields },
      { level: 'warn', message: 'three', fields },
      { level: 'error', message: 'four', fields },
    ])
    expect(onConsole).not.toHaveBeenCalled()
  })

  it('calls methods on their object, as loggers of classes need it', () => {
    class Counting {
      count = 0
      debug() {}
      info() {}
      error() {}
      warn() {
        this.count += 1
      }
    }
    const counting = new Counting()
    guardedLogger(counting).warn('disk almost full')
    expect(counting.count).toBe(1)
  })

  it('has no `child` where the logger has none', () => {
    expect(guardedLogger(silent)).not.toHaveProperty('child')
  })

  it('says once on the console that it failed, its children included', () => {
    const broken: Logger = {
      ...silent,
      warn() {
        throw new Error('disk full\nforged line')
      },
      child: () => broken,
    }
    const logger = guardedLogger(broken)
    logger.warn('one')
    logger.child!({}).warn('two')
    expect(onConsole.mock.calls).toEqual([
      [
        '[scalekit] logger_failed: `logger.warn` failed: "Error: disk full\\nforged line". Log lines are lost until it works. This is said once.',
      ],
    ])
  })

  it('writes lines without fields where `child` fails', () => {
    const { logger, lines } = recordingLogger()
    const broken = { ...logger, child: () => ({ debug() {} }) as unknown as Logger }
    guardedLogger(broken).child!({ code: 'unexpected' }).error('kept')
    expect(lines).toEqual(['error kept'])
    expect(onConsole).toHaveBeenCalledOnce()
  })

  it('goes on where the console throws, too', () => {
    onConsole.mockImplementation(() => {
      throw new Error('this test must print nothing')
    })
    const broken = {
      ...silent,
      info() {
        throw new Error('disk full')
      },
    }
    expect(() => guardedLogger(broken).info('one')).not.toThrow()
    expect(onConsole).toHaveBeenCalledOnce()
  })
})
