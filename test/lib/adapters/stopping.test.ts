// @module-tag slow
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from '../../package/manifest.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'

describe.skipIf(!hasRedis)('a process with BullMQ that is asked to stop', () => {
  it.each(['away', 'there'])('ends in five seconds while Redis is %s', async (where) => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', root('test/support/crashes/worker.ts')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, REDIS_PORT: String(redis.port), NODE_ENV: 'test' },
      },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    if (where === 'away') await redis.kill()
    const askedAt = performance.now()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(performance.now() - askedAt).toBeLessThan(5000)
  })
})
