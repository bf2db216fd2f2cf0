import { expect, it, vi } from 'vitest'
import { authEmitter } from '../../../src/lib/auth/events.ts'
import { eventually } from '../../support/eventually.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

const info = { deliveryId: 'msg_1', type: 'user.login', attempt: 1 }

it('tells everybody who listens, until they stop', () => {
  const { emit, on } = authEmitter(recordingLogger().logger)
  const [one, other] = [vi.fn(), vi.fn()]
  const stop = on('webhook.handled', one)
  on('webhook.handled', other)
  emit('webhook.handled', info)
  stop()
  emit('webhook.handled', info)
  expect(one.mock.calls).toEqual([[info]])
  expect(other).toHaveBeenCalledTimes(2)
})

it('keeps the events apart', () => {
  const { emit, on } = authEmitter(recordingLogger().logger)
  const failed = vi.fn()
  on('webhook.failed', failed)
  emit('webhook.handled', info)
  expect(failed).not.toHaveBeenCalled()
})

it('is not stopped by a listener that throws, and says so in the log', () => {
  const { logger, lines } = recordingLogger()
  const { emit, on } = authEmitter(logger)
  const next = vi.fn()
  on('webhook.handled', () => {
    throw new Error('broken')
  })
  on('webhook.handled', next)
  emit('webhook.handled', info)
  expect(next).toHaveBeenCalledTimes(1)
  expect(lines).toEqual(['error A listener of webhook.handled failed: "Error: broken"'])
})

it('is not stopped by a listener that rejects, nor is the process', async () => {
  const { logger, lines } = recordingLogger()
  const { emit, on } = authEmitter(logger)
  const rejecting: () => unknown = () => Promise.reject(new Error('broken'))
  on('webhook.handled', rejecting)
  emit('webhook.handled', info)
  await eventually(() =>
    expect(lines).toEqual(['error A listener of webhook.handled failed: "Error: broken"']),
  )
})

it('is not stopped by what no text can be made of', () => {
  const { logger, lines } = recordingLogger()
  const { emit, on } = authEmitter(logger)
  on('webhook.failed', () => {
    throw Object.create(null)
  })
  emit('webhook.failed', { ...info, code: 'unexpected', isFinal: false })
  expect(lines).toEqual(['error A listener of webhook.failed failed: "[object Object]"'])
})

it.each<[unknown, string]>([
  [
    'webhook.handeld',
    'auth.on() has no event "webhook.handeld": did you mean \'webhook.handled\'?',
  ],
  [
    'sign-in',
    "has no event \"sign-in\": use one of 'login.succeeded', 'login.failed', 'session.refreshed', 'session.ended', ",
  ],
  ['constructor', 'has no event "constructor"'],
  [undefined, 'has no event undefined'],
])('refuses a listener of %j, which would never be called', (name, problem) => {
  const { on } = authEmitter(recordingLogger().logger)
  const listen = () => on(name as 'webhook.handled', () => {})
  expect(listen).toThrow(problem)
  expect(listen).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
