import { expect, it, onTestFinished, vi } from 'vitest'
import { attemptsWith } from '../../../src/lib/deliveries/attempts.ts'
import { memoryLedger } from '../../../src/lib/state/memory-ledger.ts'
import { createDispatcher, type ScalekitEvent } from '../../../src/webhooks.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { example } from '../../support/webhook.ts'

it('an attempt whose end the ledger does not take while its claim lasts has failed', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const ledger = memoryLedger(Date.now)
  const settle = vi.fn(() => {
    vi.advanceTimersByTime(200)
    return Promise.reject(new Error('connection refused'))
  })
  const handler = vi.fn()
  const { make } = attemptsWith({
    ledger: { ...ledger, settle },
    dispatcher: createDispatcher({ onDirectoryUserCreated: handler }),
    onHandled: async () => {},
    emit: vi.fn(),
    logger: recordingLogger().logger,
    clock: Date.now,
  })
  const event = example('organization.directory.user_created') as ScalekitEvent
  const claim = { deliveryId: 'msg_1', owner: 'me', leaseMs: 300 }
  await ledger.claim({ ...claim, bodyHash: 'hash' })
  const delivery = { raw: Buffer.from(JSON.stringify(event)), event, receivedAt: Date.now() }
  const attempt = { ...claim, ...delivery, attempt: 1, mayHaveLetter: false }
  await expect(make(attempt)).rejects.toThrow('connection refused')
  expect(settle).toHaveBeenCalledTimes(2)
  expect(handler).toHaveBeenCalledTimes(1)
})
