import { describe, expect, it } from 'vitest'
import { start } from '../../support/start.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { deliver, webhookSecret } from '../../support/webhook.ts'

describe('auth.close()', () => {
  useVirtualTime()

  it('waits for a handler whose sender was told that it takes too long', async () => {
    const { auth, url, end, effects } = await startSlow()
    await deliver(url).expect(503)
    let isClosed = false
    const closed = auth.close().then(() => {
      isClosed = true
    })
    // Enough time for one that does not wait.
    await deliver(url, { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
    expect(isClosed).toBe(false)
    end()
    await closed
    expect(effects).toHaveLength(1)
  })

  it('has a delivery that took effect marked as handled, so that it is not run again', async () => {
    const { auth, url, end, effects } = await startSlow()
    await deliver(url, { id: 'msg_once' }).expect(503)
    const closed = auth.close()
    end()
    await closed
    await deliver(url, { id: 'msg_once' })
    expect(effects).toEqual(['msg_once'])
  })

  it('waits for twenty seconds at most, and says what it left', async () => {
    const { auth, url, log } = await startSlow()
    await deliver(url).expect(503)
    const beganAt = performance.now()
    await auth.close()
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(20_000)
    expect(performance.now() - beganAt).toBeLessThan(21_000)
    expect(log).toContain(
      'warn auth.close(): 1 webhook handlers have not ended after 20 s: Scalekit’s next attempt runs them again',
    )
  })

  it('ends at once where nothing is under way', async () => {
    const { auth, url, end } = await startSlow()
    end()
    await deliver(url).expect(201)
    const beganAt = performance.now()
    await auth.close()
    expect(performance.now() - beganAt).toBeLessThan(100)
  })
})

/** An application whose handler ends when it is told to. */
async function startSlow() {
  const effects: string[] = []
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const application = await start({
    options: {
      webhooks: {
        secret: webhookSecret,
        timeoutSeconds: 1,
        async onDirectoryUserCreated(_event, { deliveryId }) {
          await ended
          effects.push(deliveryId)
        },
      },
    },
  })
  return { ...application, end, effects }
}
