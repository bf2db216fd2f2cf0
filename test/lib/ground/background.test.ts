import { describe, expect, it } from 'vitest'
import { backgroundWork } from '../../../src/lib/ground/background.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'

describe('backgroundWork', () => {
  useVirtualTime()

  it('aborts its signal at once when it closes, and waits for the work', async () => {
    const background = backgroundWork()
    let isDone = false
    const work = new Promise<void>((resolve) => setTimeout(resolve, 2900)).then(() => {
      isDone = true
    })
    background.add(work)
    const closed = background.close()
    expect(background.closing.aborted).toBe(true)
    await closed
    expect(isDone).toBe(true)
  })

  it('waits for three seconds at most', async () => {
    const background = backgroundWork()
    background.add(new Promise(() => {}))
    const beganAt = performance.now()
    await background.close()
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(3000)
    expect(performance.now() - beganAt).toBeLessThan(3500)
  })

  it('closes although work has failed', async () => {
    const background = backgroundWork()
    background.add(Promise.reject(new Error('refused')))
    await expect(background.close()).resolves.toBeUndefined()
  })
})
