import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { openConnections } from '../../../src/lib/auth/open-connections.ts'
import { signedIn, signedOut } from '../../../src/lib/auth/principal.ts'
import { replicateRevocations } from '../../../src/lib/auth/revocations-replica.ts'
import type { View } from '../../../src/lib/auth/views.ts'
import type { Watched } from '../../../src/lib/auth/watched.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import { failingStore } from '../../support/failing-store.ts'
import { neverEnds } from '../../support/never-ends.ts'
import { recordingLogger } from '../../support/recording-logger.ts'
import { inStandingTime, useStandingTime } from '../../support/virtual-time.ts'
import { ada, hourMs, now, settableClock } from '../identities.ts'

const abilities = { csrfToken: () => '', accessToken: async () => '', ended: neverEnds }
const asked = (changes: Partial<Identity> = {}) => signedIn(ada(changes), false, abilities)

/** Connections of one process, and credentials that are as the test says. */
function registry(store: StateStore = memoryStore()) {
  const { clock, at } = settableClock()
  const { logger, lines } = recordingLogger()
  const revocations = replicateRevocations(store.revocations, { clock, maxLagMs: 1000 })
  const connections = openConnections({ revocations, maxLagMs: 1000, clock, logger })

  function credentials(key: string, first: View = { principal: asked() }) {
    let view = first
    let until = now + hourMs
    const looks = { count: 0 }
    const renewals = { count: 0, done: () => {} }
    const watched: Watched = {
      keys: () => [key],
      look() {
        looks.count += 1
        clock()
        const isDue = view.due !== undefined
        return { view, until, isSettled: !isDue, isDue }
      },
      renew() {
        renewals.count += 1
        return new Promise((resolve) => {
          renewals.done = resolve
        })
      },
      ask: async () => view,
    }
    const become = (next: View, nextUntil = until) => {
      view = next
      until = nextUntil
    }
    return { watched, looks, renewals, become }
  }

  const write = (key: string) =>
    revocations.write([{ key, notBefore: now, expiresAt: now + 2 * hourMs }])
  return { connections, credentials, revocations, write, at, lines, clock }
}

const over: View = { principal: signedOut.revoked }

describe('open connections', () => {
  it('are looked at where a record concerns them, and nowhere else', async () => {
    const { connections, credentials, write } = registry()
    const all = Array.from({ length: 1000 }, (_, index) => credentials(`key ${index}`))
    const watches = all.map(({ watched }) => connections.watch(watched))
    all[7]!.become(over)
    await write('key 7')
    await turn()
    expect(watches.filter(({ ended }) => ended.aborted)).toEqual([watches[7]])
    expect(all.map(({ looks }) => looks.count).filter((count) => count > 1)).toEqual([2])
  })

  it('end with a reason that says why, and are let go', async () => {
    const { connections, credentials, write } = registry()
    const { watched, become } = credentials('key')
    const { ended } = connections.watch(watched)
    become(over)
    await write('key')
    await turn()
    expect(ended.reason).toMatchObject({
      name: 'SessionEndedError',
      code: 'session_ended',
      status: 401,
      reason: 'revoked',
    })
    expect(connections.size).toBe(0)
  })

  it('have ended when their credentials were over before', () => {
    const { connections, credentials } = registry()
    expect(connections.watch(credentials('key', over).watched).ended.aborted).toBe(true)
  })

  it('are told of changed authority, and of nothing that is as it was', async () => {
    const { connections, credentials, write } = registry()
    const { watched, become } = credentials('key')
    const told: (readonly string[])[] = []
    const { onChange } = connections.watch(watched)
    onChange(({ roles }) => told.push(roles))
    const tell = async (principal: View['principal'], isUnknown = false) => {
      become({ principal, isUnknown })
      await write('key')
      await turn()
    }
    await tell(asked())
    await tell(asked({ roles: [] }), true)
    await tell(asked({ permissions: ['b', 'a'], roles: ['member'] }))
    await tell(asked({ permissions: ['a', 'b'], roles: ['member'] }))
    await tell(asked({ permissions: ['a', 'b'], roles: ['member'], claims: { plan: 'pro' } }))
    expect(told).toEqual([['member'], ['member']])
  })

  it('are told in spite of a listener that throws, which is logged', async () => {
    const { connections, credentials, write, lines } = registry()
    const { watched, become } = credentials('key')
    const { onChange } = connections.watch(watched)
    const listener = vi.fn()
    onChange(() => {
      throw new Error('of the application')
    })
    onChange(listener)
    const removed = vi.fn()
    onChange(removed)()
    become({ principal: asked({ roles: [] }) })
    await write('key')
    await turn()
    expect(listener).toHaveBeenCalledOnce()
    expect(removed).not.toHaveBeenCalled()
    expect(lines.filter((line) => line.includes('of the application'))).toHaveLength(1)
  })

  it('renew authority that is due, 32 of them at once', async () => {
    const { connections, credentials } = registry()
    const due: View = { principal: asked(), due: ada() }
    const all = Array.from({ length: 40 }, (_, index) => credentials(`key ${index}`, due))
    for (const { watched } of all) connections.watch(watched)
    const begun = () => all.filter(({ renewals }) => renewals.count > 0)
    expect(begun()).toHaveLength(32)
    all[0]!.become({ principal: asked() })
    all[0]!.renewals.done()
    await turn()
    expect(begun()).toHaveLength(33)
    expect(all.map(({ renewals }) => renewals.count)).not.toContain(2)
  })

  it('renew no more than once for a renewal that brings nothing', async () => {
    const { connections, credentials } = registry()
    const { watched, renewals } = credentials('key', { principal: asked(), due: ada() })
    connections.watch(watched)
    renewals.done()
    await turn()
    expect(renewals.count).toBe(1)
  })

  it('are told of a change before they listened, and found by the keys that it brought', async () => {
    const { connections, credentials, write } = registry()
    const { watched, become } = credentials('key')
    let keys = ['key']
    const { onChange } = connections.watch({ ...watched, keys: () => keys }, asked())
    become({ principal: asked({ roles: ['member'] }) })
    keys = ['key', 'role member']
    await write('key')
    await turn()
    const listener = vi.fn()
    onChange(({ roles }) => listener(roles))
    expect(listener).not.toHaveBeenCalled()
    await turn()
    become({ principal: asked({ roles: ['reader'] }) })
    await write('role member')
    await turn()
    expect(listener.mock.calls).toEqual([[['member']], [['reader']]])
  })

  it('are told in spite of an asynchronous listener that rejects, which is logged', async () => {
    const { connections, credentials, write, lines } = registry()
    const { watched, become } = credentials('key')
    const rejecting = (): unknown => Promise.reject(new Error('of the application'))
    connections.watch(watched).onChange(rejecting)
    become({ principal: asked({ roles: [] }) })
    await write('key')
    await turn()
    expect(lines.filter((line) => line.includes('of the application'))).toHaveLength(1)
  })

  it('end when no one would tell them any more', () => {
    const { connections, credentials } = registry()
    const before = connections.watch(credentials('key').watched)
    connections.close()
    const after = connections.watch(credentials('key').watched)
    for (const { ended } of [before, after]) expect(ended.reason.reason).toBe('closed')
    expect(connections.size).toBe(0)
  })

  it('that were released are told nothing', async () => {
    const { connections, credentials, write } = registry()
    const { watched, become } = credentials('key')
    const { ended, onChange, release } = connections.watch(watched)
    const listener = vi.fn()
    onChange(listener)
    release()
    become(over)
    await write('key')
    connections.close()
    await turn()
    expect(ended.aborted).toBe(false)
    expect(listener).not.toHaveBeenCalled()
  })
})

describe('while time stands', () => {
  useStandingTime()

  it('the end of a session ends its connections within a second', async () => {
    const { connections, credentials, at } = registry()
    const { watched, become } = credentials('key')
    const { ended } = connections.watch(watched)
    become(over)
    vi.advanceTimersByTime(10_000)
    await turn()
    expect(ended.aborted).toBe(false)
    at(now + hourMs)
    vi.advanceTimersByTime(1000)
    await turn()
    expect(ended.aborted).toBe(true)
  })

  it('no timer runs unless something is open', () => {
    const { connections, credentials } = registry()
    expect(vi.getTimerCount()).toBe(0)
    const { release } = connections.watch(credentials('key').watched)
    expect(vi.getTimerCount()).toBe(1)
    release()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('another epoch has all of them looked at', async () => {
    const store = memoryStore()
    const { connections, credentials } = registry(store)
    const { watched, become } = credentials('key')
    const { ended } = connections.watch(watched)
    become({ principal: signedOut.forgotten })
    await store.revocations.beginEpoch!()
    await turn()
    expect(ended.reason).toMatchObject({ reason: 'forgotten' })
  })

  it('a store of another package that tells no keys has all of them looked at', async () => {
    const { revocations, ...others } = memoryStore()
    const local = new Proxy(revocations.local!, {
      get: (target, name) => (name === 'subscribe' ? undefined : Reflect.get(target, name)),
    })
    const { connections, credentials, write } = registry({
      ...others,
      revocations: { ...revocations, local },
    })
    const { watched, become } = credentials('key')
    const { ended } = connections.watch(watched)
    become(over)
    await write('another key')
    vi.advanceTimersByTime(1000)
    await turn()
    expect(ended.aborted).toBe(true)
  })
})

it('the store is asked once a second while something is open, and an outage ends nothing', async () => {
  const { store, calls, is } = failingStore()
  await inStandingTime(async () => {
    const { connections, credentials, revocations } = registry(store)
    await revocations.refresh()
    const { watched } = credentials('key')
    const { ended } = connections.watch(watched)
    const before = calls.length
    for (let second = 0; second < 3; second += 1) {
      vi.advanceTimersByTime(1000)
      await turn()
    }
    expect(calls.length - before).toBe(3)
    is('refusing')
    for (let second = 0; second < 20; second += 1) {
      vi.advanceTimersByTime(1000)
      await turn()
    }
    expect(ended.aborted).toBe(false)
    connections.close()
  })
})
