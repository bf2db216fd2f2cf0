import { describe, expect, it } from 'vitest'
import { connectionLookup } from '../../../src/lib/auth/connection-lookup.ts'
import type { ListedConnection } from '../../../src/lib/management/connection-types.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

/** A look-up of `acme.example`, where every connection is Acme's unless the test says otherwise. */
function lookUpAmong(
  find: (domain: string) => readonly Partial<ListedConnection>[] | Promise<never>,
) {
  let now = 0
  const asked: string[] = []
  const { logger, lines } = recordingLogger()
  const lookUp = connectionLookup({
    clock: () => now,
    logger,
    async findConnections(domain) {
      asked.push(domain)
      const found = await find(domain)
      return found.map((changes) => ({ ...acme, ...changes }))
    },
  })
  return {
    lookUp,
    asked,
    lines,
    at(time: number) {
      now = time
    },
  }
}

const acme: ListedConnection = {
  id: 'conn_1',
  enabled: true,
  status: 'COMPLETED',
  organizationId: 'org_1',
  domains: ['acme.example'],
}

describe('what is known of a domain', () => {
  it.each<[string, readonly Partial<ListedConnection>[], unknown]>([
    ['its one usable connection', [{}], { connectionId: 'conn_1', organizationId: 'org_1' }],
    ['one without an organization', [{ organizationId: '' }], { connectionId: 'conn_1' }],
    [
      'one in other letters',
      [{ domains: ['ACME.Example'] }],
      { connectionId: 'conn_1', organizationId: 'org_1' },
    ],
    [
      'one that has others, too',
      [{ domains: ['globex.example', 'acme.example'] }],
      { connectionId: 'conn_1', organizationId: 'org_1' },
    ],
    [
      'one that names no domains',
      [{ domains: [] }],
      { connectionId: 'conn_1', organizationId: 'org_1' },
    ],
    [
      'the usable one of two',
      [{ enabled: false }, { id: 'conn_2' }],
      { connectionId: 'conn_2', organizationId: 'org_1' },
    ],
    ['nothing of two that are usable', [{}, { id: 'conn_2' }], 'unclear'],
    ['that it has none', [], 'unknown'],
    ['that its one is switched off', [{ enabled: false }], 'unusable'],
    ['that its one is a draft', [{ status: 'DRAFT' }], 'unusable'],
    ['that its one is being set up', [{ status: 'IN_PROGRESS' }], 'unusable'],
    [
      'that it has none when the answer is another domain’s',
      [{ domains: ['globex.example'] }],
      'unknown',
    ],
    [
      'that it has none when the answer is a subdomain’s',
      [{ domains: ['mail.acme.example'] }],
      'unknown',
    ],
    [
      'that it has none when the answer only ends like it',
      [{ domains: ['le.example', 'notacme.example'] }],
      'unknown',
    ],
  ])('is %s', async (_what, connections, answer) => {
    const { lookUp } = lookUpAmong(() => connections)
    expect(await lookUp('acme.example')).toEqual(answer)
  })

  it('is nothing where Scalekit fails, with a line in the log', async () => {
    const { lookUp, lines } = lookUpAmong(() => Promise.reject(new Error('is out of reach\n')))
    expect(await lookUp('acme.example')).toBe('unclear')
    expect(lines).toEqual([
      'warn the connection of "acme.example" could not be looked up: "is out of reach\\n"',
    ])
  })

  it('is nothing for a domain longer than Scalekit takes, which is not asked', async () => {
    const { lookUp, asked } = lookUpAmong(() => [{ domains: [] }])
    const longest = `${'a'.repeat(24)}.example`
    expect(await lookUp(longest)).toMatchObject({ connectionId: 'conn_1' })
    expect(await lookUp(`a${longest}`)).toBe('unclear')
    expect(asked).toEqual([longest])
  })
})

describe('Scalekit is asked', () => {
  it('once for all who wait, and not again for five minutes', async () => {
    const { lookUp, asked, at } = lookUpAmong(() => [{}])
    const answers = await Promise.all(Array.from({ length: 20 }, () => lookUp('acme.example')))
    expect(new Set(answers).size).toBe(1)
    at(299_999)
    await lookUp('acme.example')
    expect(asked).toHaveLength(1)
    at(300_000)
    await lookUp('acme.example')
    expect(asked).toHaveLength(2)
  })

  it.each<[string, readonly Partial<ListedConnection>[]]>([
    ['there is none', []],
    ['there are two', [{}, { id: 'conn_2' }]],
    ['there is one that is switched off', [{ enabled: false }]],
  ])('again after a minute where %s', async (_what, connections) => {
    const { lookUp, asked, at } = lookUpAmong(() => connections)
    await lookUp('acme.example')
    at(59_999)
    await lookUp('acme.example')
    expect(asked).toHaveLength(1)
    at(60_000)
    await lookUp('acme.example')
    expect(asked).toHaveLength(2)
  })

  it('again at once where it failed', async () => {
    const answers = [Promise.reject(new Error('503')), [{}]]
    const { lookUp } = lookUpAmong(() => answers.shift()!)
    expect(await lookUp('acme.example')).toBe('unclear')
    expect(await lookUp('acme.example')).toMatchObject({ connectionId: 'conn_1' })
  })

  it('at most five times a second, and what is known is answered meanwhile', async () => {
    const { lookUp, asked, at } = lookUpAmong(() => [{ domains: [] }])
    await lookUp('acme.example')
    for (let second = 0; second < 10; second += 1) {
      at(second * 1000)
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, at) => lookUp(`${second}-${at}.example`)),
      )
      expect(answers.filter((answer) => answer === 'unclear').length).toBeGreaterThanOrEqual(95)
      expect(await lookUp('acme.example')).toMatchObject({ connectionId: 'conn_1' })
    }
    expect(asked).toHaveLength(50)
  })

  it('about a thousand domains, before the oldest is forgotten', async () => {
    const { lookUp, asked, at } = lookUpAmong(() => [{ domains: [] }])
    for (let count = 0; count < 1001; count += 1) {
      at(count * 200)
      await lookUp(`${count}.example`)
    }
    expect(asked).toHaveLength(1001)
    await lookUp('1.example')
    expect(asked).toHaveLength(1001)
    at(1001 * 200)
    await lookUp('0.example')
    expect(asked).toHaveLength(1002)
  })
})

describe('a domain that was seen before', () => {
  const connection = { connectionId: 'conn_1', organizationId: 'org_1' }
  const hourMs = 3_600_000

  it('stays known while strangers ask for others, and those displace nothing', async () => {
    const { lookUp, at } = lookUpAmong((domain) => (domain === 'acme.example' ? [{}] : []))
    expect(await lookUp('acme.example')).toEqual(connection)
    for (let made = 0; made < 3000; made += 1) {
      at(made * 200)
      await lookUp(`made-up-${made}.example`)
    }
    at(10 * 60_000)
    for (let made = 0; made < 10; made += 1) await lookUp(`another-${made}.example`)
    expect(await lookUp('acme.example')).toEqual(connection)
  })

  it('serves at once after its time, while a newer answer is asked for', async () => {
    const found = [[{}], [{ id: 'conn_2' }]]
    const { lookUp, at, asked } = lookUpAmong(() => found.shift()!)
    await lookUp('acme.example')
    at(5 * 60_000)
    expect(await lookUp('acme.example')).toEqual(connection)
    expect(asked).toHaveLength(2)
    const newer = { ...connection, connectionId: 'conn_2' }
    await expect.poll(() => lookUp('acme.example')).toEqual(newer)
    expect(asked).toHaveLength(2)
  })

  it('serves while Scalekit does not answer, for a day', async () => {
    let isDown = false
    const { lookUp, at } = lookUpAmong(() => (isDown ? Promise.reject(new Error('down')) : [{}]))
    await lookUp('acme.example')
    isDown = true
    at(24 * hourMs + 5 * 60_000 - 1)
    expect(await lookUp('acme.example')).toEqual(connection)
    at(24 * hourMs + 5 * 60_000)
    expect(await lookUp('acme.example')).toBe('unclear')
  })

  it('is forgotten as soon as Scalekit says that it has no connection', async () => {
    const found = [[{}], []]
    const { lookUp, at } = lookUpAmong(() => found.shift() ?? [])
    await lookUp('acme.example')
    at(5 * 60_000)
    await lookUp('acme.example')
    await expect.poll(() => lookUp('acme.example')).toBe('unknown')
  })
})
