import { randomUUID } from 'node:crypto'
import { Redis as IoRedis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore } from '../../../../src/redis.ts'
import { eventually } from '../../../support/eventually.ts'
import { pass } from '../../../support/real-time.ts'
import { hasRedis, type Redis, startRedis } from '../../../support/redis.ts'
import { entry, tokens } from '../../identities.ts'
import { describeLedger } from '../../state/ledger-contract.ts'
import { describeSharedRevocations, describeStore } from '../../state/store-contract.ts'
import { describeSharedLeases } from '../../state/token-store-contract.ts'
import {
  claim,
  expectUnused,
  hourMs,
  letter,
  questions,
  revocation,
  useAll,
} from '../../state/use-all.ts'

describe.skipIf(!hasRedis)('redisStore', () => {
  let redis: Redis
  let elsewhere: Redis['client']

  beforeAll(async () => {
    redis = await startRedis()
    elsewhere = await redis.connect()
  })
  afterAll(() => redis.close())

  /** The store of two processes of one application, each with its own connection. */
  async function create() {
    const prefix = `test-${randomUUID()}:`
    const [store, other] = [redis.client, elsewhere].map((client) => redisStore(client, { prefix }))
    return { store: store!, other: other!, prefix, now: Date.now, pass }
  }

  describeStore('redisStore', create)
  describeSharedRevocations('redisStore', create)
  describeSharedLeases('redisStore', create)
  describeLedger('redisStore', async () => ({ ledger: (await create()).store.ledger, pass }))

  it('begins every key with its prefix, and lets every key end but those of dead letters and of the epoch', async () => {
    const { store, prefix } = await create()
    const before = await redis.client.keys('*')
    await useAll(store)
    const added = (await redis.client.keys('*')).filter((key) => !before.includes(key))
    expect(added.filter((key) => !key.startsWith(prefix))).toEqual([])
    const lasting = await filterAsync(added, async (key) => (await redis.client.pTTL(key)) < 0)
    const letters = `${prefix}{dead-letters}`
    expect(lasting.sort()).toEqual([`${prefix}marks`, letters, `${letters}:order`])
    expect(added.length - lasting.length).toBe(6)
  })

  it('shares nothing between two prefixes', async () => {
    await useAll((await create()).store)
    await expectUnused((await create()).store)
  })

  it('says `scalekit:` in front when it is told nothing', async () => {
    await redisStore(redis.client).tokenStore.put('1', entry(), Date.now() + hourMs)
    expect(await redis.client.exists('scalekit:tokens:1')).toBe(1)
  })

  it('goes on when Redis has forgotten its scripts', async () => {
    const { store } = await create()
    await store.ledger.claim(claim('msg_1'))
    await redis.client.scriptFlush()
    expect((await store.ledger.claim(claim('msg_1'))).status).toBe('busy')
  })

  it('removes expired revocations as others are written', async () => {
    const { store, prefix } = await create()
    const brief = Array.from({ length: 30 }, (_, at) => revocation(`brief:${at}`, 50))
    await store.revocations.write(brief)
    await store.revocations.write([revocation('lasting', hourMs)])
    await pass(50)
    for (let at = 0; at < 3; at += 1)
      await store.revocations.write([revocation(`new:${at}`, hourMs)])
    // Beside the epoch, which comes first and holds nothing back.
    expect(await redis.client.xLen(`${prefix}marks`)).toBe(1 + 4)
  })

  it('keeps a revocation for as long as it lasts, whatever is written after it', async () => {
    const { store } = await create()
    await store.revocations.write([revocation('lasting', hourMs)])
    await store.revocations.write([revocation('brief', 50)])
    await pass(60)
    await store.revocations.write([revocation('over', -1000)])
    expect((await store.revocations.since()).revocations.map(({ key }) => key)).toEqual(['lasting'])
  })

  it('lets a reader start over when the stream is another one', async () => {
    const { store, prefix } = await create()
    await store.revocations.write([revocation('a', hourMs)])
    const { cursor } = await store.revocations.since()
    await redis.client.del(`${prefix}marks`)
    const fields = { key: 'b', notBefore: '1', expiresAt: String(Date.now() + hourMs) }
    // As of a replica that took over with a clock behind.
    await redis.client.xAdd(`${prefix}marks`, '5-0', fields)
    expect((await store.revocations.since(cursor)).revocations.map(({ key }) => key)).toEqual(['b'])
  })

  it('shares revocations with processes of the version before, which knew no clocks', async () => {
    const { store, prefix } = await create()
    const marks = `${prefix}marks`
    const old = { key: 'old', notBefore: Date.now(), expiresAt: Date.now() + hourMs }
    const fields = Object.entries(old).flat().map(String)
    await redis.client.sendCommand(['XADD', marks, '*', ...fields])
    const added = { ...revocation('new', hourMs), clock: 'scalekit' } as const
    await store.revocations.write([added])
    expect((await store.revocations.since()).revocations).toEqual([old, added])
    const entries = (await redis.client.sendCommand(['XRANGE', marks, '-', '+'])) as [
      string,
      string[],
    ][]
    // They read the first six texts by their place.
    const { key, notBefore, expiresAt } = added
    const read = ['key', key, 'notBefore', String(notBefore), 'expiresAt', String(expiresAt)]
    expect(entries.at(-1)![1].slice(0, 6)).toEqual(read)
  })

  it('reads and replaces tokens of processes of the version before, which kept them as JSON', async () => {
    const { store, prefix } = await create()
    const plain = JSON.stringify(tokens({ refreshToken: 'r' }))
    const key = `${prefix}tokens:1`
    await redis.client.sendCommand(['SET', key, plain, 'PXAT', String(Date.now() + hourMs)])
    expect(await store.tokenStore.get('1')).toEqual({ version: 0, sealed: plain })
    const renewed = entry({ version: 1 })
    const replace = (expected: number) =>
      store.tokenStore.replace('1', renewed, Date.now() + hourMs, expected)
    expect([await replace(1), await replace(0)]).toEqual(['changed', 'replaced'])
    expect(await store.tokenStore.get('1')).toEqual(renewed)
  })

  it('keeps tokens as processes of the version before can read: they find no ID token', async () => {
    const { store, prefix } = await create()
    await store.tokenStore.put('1', entry(), Date.now() + hourMs)
    const json = (await redis.client.sendCommand(['GET', `${prefix}tokens:1`])) as string
    expect(JSON.parse(json).idToken).toBeUndefined()
  })

  it('remembers a lease for ten minutes after its end, and after its quiet time', async () => {
    const { store, prefix } = await create()
    const key = `${prefix}lease:{${prefix}tokens:1}`
    const expectLasts = async (ms: number) => {
      const lastsMs = await redis.client.pTTL(key)
      expect(lastsMs).toBeLessThanOrEqual(ms)
      expect(lastsMs).toBeGreaterThan(ms - 60_000)
    }
    await store.tokenStore.lease('1', { owner: 'me', version: 0, leaseMs: hourMs })
    await expectLasts(hourMs + 600_000)
    await store.tokenStore.endLease('1', 'me', { isAnswered: true })
    await expectLasts(600_000)
    await store.tokenStore.lease('1', { owner: 'me', version: 0, leaseMs: 1 })
    await store.tokenStore.endLease('1', 'me', { isAnswered: false, quietMs: 120_000 })
    await expectLasts(720_000)
  })

  it('keeps tokens and leases through ioredis, too', async () => {
    const ioredis = new IoRedis(redis.port, '127.0.0.1')
    const { store, prefix } = await create()
    const sendCommand = ([name, ...args]: string[]) => ioredis.call(name!, ...args)
    const other = redisStore({ sendCommand }, { prefix })
    await useAll(other)
    const request = { owner: 'another', version: 0, leaseMs: 1000 }
    expect(await other.tokenStore.lease('1', request)).toMatchObject({ status: 'quiet' })
    expect(await store.tokenStore.lease('1', { ...request, version: 1 })).toEqual({
      status: 'granted',
    })
    const busy = await other.tokenStore.lease('1', { ...request, version: 1 })
    expect(busy).toEqual({ status: 'busy', leftMs: expect.any(Number) })
    ioredis.disconnect()
  })

  it('keeps the latest thousand dead letters', async () => {
    const { ledger } = (await create()).store
    for (let at = 0; at < 1001; at += 1) await ledger.putDeadLetter(letter(`msg_${at}`, at))
    const ids = (await ledger.deadLetters()).map(({ deliveryId }) => deliveryId)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1000, 'msg_1', 'msg_1000'])
    expect(await ledger.removeDeadLetter('msg_0')).toBe(false)
  })

  it('remembers an unfinished delivery for a day after each attempt', async () => {
    const { store, prefix } = await create()
    const { ledger } = store
    const key = `${prefix}delivery:msg_1`
    const expectDay = async () => {
      const lastsMs = await redis.client.pTTL(key)
      expect(lastsMs).toBeLessThanOrEqual(24 * hourMs)
      expect(lastsMs).toBeGreaterThan(23.9 * hourMs)
      await redis.client.pExpire(key, hourMs)
    }
    await ledger.claim(claim('msg_1'))
    await expectDay()
    await ledger.renew('msg_1', 'me', 1000)
    await expectDay()
    await ledger.release('msg_1', 'me')
    await expectDay()
  })

  it('ends every key when its last value ends, but for the one that holds the epoch', async () => {
    const { store, prefix } = await create()
    const end = Date.now() + hourMs
    await store.revocations.write([revocation('brief', 1000)])
    await store.singleUse.claim('a', end)
    await store.tokenStore.put('a', entry(), end)
    await store.aliases.add([
      { key: 'a', value: 'lasting', expiresAt: end },
      { key: 'a', value: 'brief', expiresAt: end - 1000 },
    ])
    for (const key of ['used:a', 'tokens:a', 'alias:a']) {
      const expiresAt = Number(await redis.client.sendCommand(['PTTL', prefix + key])) + Date.now()
      expect(Math.abs(expiresAt - end), key).toBeLessThan(1000)
    }
    expect(await redis.client.sendCommand(['PTTL', `${prefix}marks`])).toBe(-1)
  })

  it('remembers what is done for as long as it was told', async () => {
    const { ledger } = (await create()).store
    for (const [id, keepMs] of [
      ['msg_brief', 50],
      ['msg_lasting', hourMs],
    ] as const) {
      await ledger.claim(claim(id))
      await ledger.settle(id, 'me', keepMs)
    }
    await pass(50)
    const again = await ledger.claim(claim('msg_brief', { bodyHash: 'other' }))
    expect(again).toEqual({ status: 'claimed', isSameBody: true, attempt: 1 })
    expect((await ledger.claim(claim('msg_lasting'))).status).toBe('done')
  })

  it.each(questions)(
    'rejects what %s cannot know when the connection is gone',
    async (_part, ask) => {
      const client = await redis.connect()
      const store = redisStore(client)
      client.destroy()
      await expect(ask(store)).rejects.toThrow()
    },
  )
})

describe.skipIf(!hasRedis)('redisStore on a cluster', () => {
  it('touches in one step only what lies in one place', async () => {
    const redis = await startRedis('--cluster-enabled', 'yes')
    try {
      await redis.client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'])
      // It waits two seconds for others before it works alone.
      await eventually(async () => expect(await redis.client.clusterInfo()).toMatch('state:ok'))
      await expect(redis.client.mSet({ a: '1', b: '2' })).rejects.toThrow('CROSSSLOT')
      await useAll(redisStore(redis.client))
      // A machine that is lost takes tokens along with what is known of their renewal.
      const slot = (key: string) => redis.client.sendCommand(['CLUSTER', 'KEYSLOT', key])
      const leases = await redis.client.keys('scalekit:lease:*')
      expect(leases).toHaveLength(1)
      expect(await slot(leases[0]!)).toBe(await slot('scalekit:tokens:1'))
    } finally {
      await redis.close()
    }
  })
})

async function filterAsync<Item>(items: readonly Item[], keep: (item: Item) => Promise<boolean>) {
  const kept = await Promise.all(items.map(keep))
  return items.filter((_, at) => kept[at])
}
