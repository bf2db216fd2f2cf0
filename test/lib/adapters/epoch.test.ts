import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageSize } from '../../../src/lib/adapters/revocations-log.ts'
import { postgresStore } from '../../../src/postgres.ts'
import { type Revocations, redisStore } from '../../../src/redis.ts'
import { eventually } from '../../support/eventually.ts'
import { hasPostgres, startPostgres } from '../../support/postgres.ts'
import { hasRedis, startRedis } from '../../support/redis.ts'
import { hourMs, revocation } from '../state/use-all.ts'
import { addAsBefore as addToStream, readAsBefore as readStream } from './before-epochs.ts'
import { type Server, servers } from './revocation-places.ts'

describe.each(servers)('the epoch of a store in %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('as processes have it', () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    it('is one for all processes that make it at once', async () => {
      const { open } = server.place()
      const epochs = await Promise.all(Array.from({ length: 20 }, () => epochOf(open())))
      expect(new Set(epochs.map(({ id }) => id)).size).toBe(1)
      expect(epochs[0]).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), isFirst: true })
    })

    it('is not made again by a process that looked before another made it', async () => {
      const { open } = server.place()
      const made = epochOf(open())
      const late = open(made)
      expect(await epochOf(late)).toEqual(await made)
      expect(await epochOf(open())).toEqual(await made)
    })

    it('is made by the first write, too, and comes before it', async () => {
      const { open, readAsBefore } = server.place()
      await open().write([revocation('a', hourMs)])
      const keys = (await readAsBefore()).map(({ key }) => key.slice(0, 6))
      expect(keys).toEqual(['epoch:', 'a'])
      expect((await epochOf(open())).isFirst).toBe(true)
    })

    it('is no revocation', async () => {
      const { open } = server.place()
      await open().write([revocation('a', hourMs)])
      expect((await all(open())).map(({ key }) => key)).toEqual(['a'])
    })

    it('is another one after all was lost, and the first one for nobody who knew another', async () => {
      const { open, empty } = server.place()
      const [one, other] = [open(), open()]
      const { cursor } = await one.since()
      const before = await epochOf(other)
      await empty()
      const page = await one.since(cursor)
      expect(page).toMatchObject({ epoch: { isFirst: false }, isRestart: true, revocations: [] })
      expect(page.epoch!.id).not.toBe(before.id)
      expect(await epochOf(other)).toEqual(page.epoch)
      expect(await epochOf(open())).toEqual(page.epoch)
    })

    it('is another one for a process that writes first after all was lost', async () => {
      const { open, empty } = server.place()
      const one = open()
      const before = await epochOf(one)
      await empty()
      await one.write([revocation('a', hourMs)])
      const after = await epochOf(open())
      expect(after).toMatchObject({ isFirst: false })
      expect(after.id).not.toBe(before.id)
      expect((await all(open())).map(({ key }) => key)).toEqual(['a'])
    })

    it('is left alone by a process that writes before it heard of the new one', async () => {
      const { open, empty } = server.place()
      const [one, other] = [open(), open()]
      await epochOf(one)
      await epochOf(other)
      await empty()
      const made = await epochOf(other)
      await one.write([revocation('a', hourMs)])
      expect(await epochOf(open())).toEqual(made)
    })

    it('is not the first one where it was begun to end all sessions', async () => {
      const { open } = server.place()
      const [one, other] = [open(), open()]
      await one.write([revocation('a', hourMs)])
      const { epoch: before, cursor } = await one.since()
      await other.beginEpoch!()
      const after = (await one.since(cursor)).epoch!
      expect(after).toMatchObject({ isFirst: false })
      expect(after.id).not.toBe(before!.id)
      expect(await epochOf(open())).toEqual(after)
      expect((await all(open())).map(({ key }) => key)).toEqual(['a'])
    })

    it('stays where only the newest revocations were lost, and readers begin again', async () => {
      const { open, loseNewest } = server.place()
      const one = open()
      await one.write([revocation('old', hourMs), revocation('lost', hourMs)])
      const { epoch, cursor } = await one.since()
      await loseNewest(1)
      // It may get the place of the one that was lost.
      await open().write([revocation('new', hourMs)])
      const page = await one.since(cursor)
      expect(page).toMatchObject({ epoch, isRestart: true })
      expect(page.revocations.map(({ key }) => key)).toEqual(['old', 'new'])
    })

    it('is made behind what a version without epochs has left, and does not disturb it', async () => {
      const { open, addAsBefore, readAsBefore } = server.place()
      await open().since()
      const old = Array.from({ length: 30 }, (_, at) => revocation(`old:${at}`, hourMs))
      await addAsBefore(old)
      expect((await epochOf(open())).isFirst).toBe(true)
      expect(await all(open())).toEqual(old)
      await addAsBefore([revocation('later', hourMs)])
      const seen = (await readAsBefore()).filter(({ key }) => !key.startsWith('epoch:'))
      expect(seen.map(({ key }) => key)).toEqual([...old.map(({ key }) => key), 'later'])
    })

    it('is found in any page, and told with the last page at the latest', async () => {
      const { open, addAsBefore, empty } = server.place()
      await open().since()
      await empty()
      const count = 2 * pageSize + 200
      await addAsBefore(Array.from({ length: count }, (_, at) => revocation(`a:${at}`, hourMs)))
      const pages = await pagesOf(open())
      expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false])
      expect(Math.max(...pages.map(({ revocations }) => revocations.length))).toBe(pageSize + 1)
      expect(pages.flatMap(({ revocations }) => revocations)).toHaveLength(count)
      expect(pages.map(({ epoch }) => epoch?.isFirst)).toEqual([undefined, undefined, true])
      expect((await pagesOf(open())).at(-1)!.epoch).toEqual(pages.at(-1)!.epoch)
    })
  })
})

describe.skipIf(!hasRedis)('the epoch of a store in Redis', () => {
  it.each<[string, (revocations: Revocations) => Promise<unknown>]>([
    ['read', (revocations) => revocations.since()],
    ['write', (revocations) => revocations.write([revocation('a', 50)])],
  ])('never expires after a %s, though a version without epochs set an end', async (_what, use) => {
    const redis = await startRedis()
    try {
      const { revocations } = redisStore(redis.client, { prefix: '' })
      await revocations.since()
      await addToStream(redis.client, 'marks', [revocation('old', hourMs)])
      expect(await redis.client.pTTL('marks')).toBeGreaterThan(0)
      await use(revocations)
      expect(await redis.client.pTTL('marks')).toBe(-1)
    } finally {
      await redis.close()
    }
  })

  it('holds no expired revocation back, wherever it lies', async () => {
    const redis = await startRedis()
    try {
      const { revocations } = redisStore(redis.client, { prefix: '' })
      for (let at = 0; at < 3; at += 1) {
        await revocations.write([revocation(`over:${at}`, -1)])
        await revocations.beginEpoch!()
      }
      await revocations.write([revocation('lasting', hourMs)])
      const left = await readStream(redis.client, 'marks')
      expect(left.filter(({ key }) => !key.startsWith('epoch:')).map(({ key }) => key)).toEqual([
        'lasting',
      ])
    } finally {
      await redis.close()
    }
  })
})

describe.skipIf(!hasPostgres)('the epoch of a store in PostgreSQL', () => {
  it('is not made again while another process has not committed it', async () => {
    const { pool, close } = await startPostgres()
    try {
      await postgresStore(pool).singleUse.claim('tables', Date.now() + hourMs)
      const slow = await pool.connect()
      await slow.query('begin')
      const made = await epochOf(postgresStore(slow).revocations)
      const other = epochOf(postgresStore(pool).revocations)
      const waiting = 'select 1 from pg_locks where not granted'
      await Promise.race([
        other,
        eventually(async () => expect((await pool.query(waiting)).rows).toHaveLength(1)),
      ])
      await slow.query('commit')
      slow.release()
      expect(await other).toEqual(made)
      expect(await epochOf(postgresStore(pool).revocations)).toEqual(made)
    } finally {
      await close()
    }
  })
})

async function pagesOf(revocations: Revocations) {
  const pages = [await revocations.since()]
  while (pages.at(-1)!.hasMore) pages.push(await revocations.since(pages.at(-1)!.cursor))
  return pages
}

async function epochOf(revocations: Revocations) {
  return (await pagesOf(revocations)).at(-1)!.epoch!
}

async function all(revocations: Revocations) {
  return (await pagesOf(revocations)).flatMap((page) => page.revocations)
}
