// @module-tag slow
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createState } from '../../../../src/lib/emulator/state/state.ts'
import { settingsFrom } from '../../../../src/lib/emulator/world/settings.ts'
import { BoundedMap, maxKept } from '../../../../src/lib/ground/bounded.ts'
import { authorizeUrl } from '../application.ts'
import { emulate } from '../emulate.ts'

/** What an application creates by the management API is kept, as organizations are. */
const data = new Set(['organizationClients'])

describe('the lists of an emulator', () => {
  it('drop the oldest sign-in in progress, and the oldest request, with a warning', async () => {
    const emulator = await emulate()
    const url = authorizeUrl(emulator)
    const [first, second] = [await open(url), await open(url)]
    const warned = once(process, 'warning')
    for (let left = maxKept - 1; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(left, 100) }, () => open(url)))
    }
    expect(emulator.requests).toHaveLength(maxKept)
    const [warning] = (await warned) as [Error]
    expect(warning.message).toContain(`the newest ${maxKept} sign-ins in progress`)
    const answers = [await choose(emulator.url, first), await choose(emulator.url, second)]
    expect(answers).toEqual([400, 302])
    expect(emulator.requests).toHaveLength(maxKept)
    expect(emulator.requests.at(-1)).toMatchObject({ path: '/emulator/sign-in', status: 302 })
  }, 180_000)

  it('drop the oldest delivery', async () => {
    const emulator = await emulate()
    emulator.subscribe({ url: 'http://127.0.0.1:1/webhooks' })
    const later = { delaySeconds: 60 }
    const [first] = await emulator.deliver('role.created', undefined, later)
    // More than may wait are given up at once, and are deliveries all the same.
    await emulator.deliver('role.updated', undefined, { ...later, duplicate: maxKept - 2 })
    expect(emulator.deliveries).toHaveLength(maxKept)
    expect(emulator.deliveries[0]).toBe(first)
    await emulator.deliver('role.deleted', undefined, later)
    expect(emulator.deliveries).toHaveLength(maxKept)
    expect(emulator.deliveries).not.toContain(first)
    expect(emulator.deliveries.at(-1)).toMatchObject({ type: 'role.deleted' })
  })

  it('are all bounded', () => {
    const state = createState('http://localhost:1', settingsFrom({}), Date.now)
    const maps = Object.entries(state).filter(([, value]) => value instanceof Map)
    expect(maps.length).toBeGreaterThan(7)
    const unbounded = maps.filter(([, map]) => !(map instanceof BoundedMap)).map(([name]) => name)
    expect(unbounded.filter((name) => !data.has(name))).toEqual([])
  })
})

describe('a bounded map', () => {
  it('keeps its newest entries, in the order they came', () => {
    const map = new BoundedMap<number>('numbers')
    for (let at = 0; at < maxKept; at += 1) map.set(`${at}`, at)
    map.set('0', -1)
    expect([map.size, map.get('0')]).toEqual([maxKept, -1])
    map.set('new', 1)
    expect([map.size, map.has('0'), map.has('1'), map.get('new')]).toEqual([
      maxKept,
      false,
      true,
      1,
    ])
  })
})

/** The fields of a sign-in page. */
async function open(url: string): Promise<URLSearchParams> {
  const page = await (await fetch(url)).text()
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!
  return new URLSearchParams({ request: field('request'), person: field('person') })
}

async function choose(url: string, body: URLSearchParams): Promise<number> {
  const answer = await fetch(`${url}/emulator/sign-in`, {
    method: 'POST',
    body,
    redirect: 'manual',
  })
  return answer.status
}
