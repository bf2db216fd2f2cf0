import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { memoryStore, type ScalekitAuthOptions, scalekitAuth } from '../../../src/index.ts'
import { eventually } from '../../support/eventually.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { webhookSecret } from '../../support/webhook.ts'

const options = {
  environmentUrl: 'https://acme.scalekit.dev',
  clientId: 'skc_1',
  clientSecret: 'a client secret of these tests',
  baseUrl: 'https://app.example',
  secret: 'a secret of these tests, for sealing',
  logger: recordingLogger().logger,
}

/** Workers refuse these while a module is loaded: timers, and random values. */
function forbidAtModuleScope(): () => void {
  const refuse = (name: string) => () => {
    throw new Error(`Disallowed operation called within global scope: ${name}`)
  }
  const spies = [
    ...(['setImmediate', 'setTimeout', 'setInterval'] as const).map((name) =>
      vi.spyOn(globalThis, name).mockImplementation(refuse(name) as never),
    ),
    ...(['randomBytes', 'randomUUID'] as const).map((name) =>
      vi.spyOn(crypto, name).mockImplementation(refuse(name) as never),
    ),
  ]
  // What imports them by name sees them, too.
  syncBuiltinESMExports()
  const allow = () => {
    for (const spy of spies) spy.mockRestore()
    syncBuiltinESMExports()
  }
  onTestFinished(allow)
  return allow
}

describe('scalekitAuth() at the top of a module', () => {
  it.each<[string, () => Partial<ScalekitAuthOptions>]>([
    ['with the store of the process', () => ({})],
    ['with a store of its own', () => ({ store: memoryStore() })],
    ['with tokens', () => ({ tokens: 'server' })],
  ])('%s sets no timer and makes no random value', async (_what, more) => {
    const allow = forbidAtModuleScope()
    const webhooks = { secret: webhookSecret, onUserLogin() {} }
    const auth = scalekitAuth({ ...options, ...more(), webhooks })
    allow()
    await auth.close()
  })

  it('begins with a queue once the module is loaded', async () => {
    const work = vi.fn(() => async () => {})
    const auth = scalekitAuth({
      ...options,
      webhooks: {
        secret: webhookSecret,
        delivery: { enqueue: async () => ({ isSameBody: false }), work } as never,
      },
    })
    auth.webhooks.on('user.login', () => {})
    expect(work).not.toHaveBeenCalled()
    await eventually(() => expect(work).toHaveBeenCalledOnce())
    await auth.close()
  })
})
