import { getEventListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ScalekitClient } from '../../../src/client.ts'
import * as faults from '../../hostile/provider/faults.ts'
import { inStandingTime, inVirtualTime, useVirtualTime } from '../../support/virtual-time.ts'
import { failureOf, runningTimers } from './failures.ts'
import {
  type ApiCall,
  broken,
  inTurn,
  json,
  newToken,
  ok,
  type Reply,
  startApi,
} from './hostile-api.ts'

describe('an id in a path', () => {
  it.each([
    ['a/b', 'a%2Fb'],
    ['../organizations', '..%2Forganizations'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['%2f', '%252f'],
    ['%2e%2e', '%252e%252e'],
    ['conn_1:enable', 'conn_1%3Aenable'],
    ['a b\r\nx: y', 'a%20b%0D%0Ax%3A%20y'],
    ['näive;v=1', 'n%C3%A4ive%3Bv%3D1'],
    ['\\..\\', '%5C..%5C'],
    ['...', '...'],
  ])('%j is one segment', async (id, segment) => {
    const api = await startApi({})
    const { organization, connection, directory } = api.client()
    await organization.getOrganization(id)
    await organization.getOrganizationByExternalId(id)
    await connection.enableConnection(id, id)
    await directory.listDirectoryUsers(id, id)
    expect(api.calls.map(({ path }) => path)).toEqual([
      `/api/v1/organizations/${segment}`,
      `/api/v1/organizations:external/${segment}`,
      `/api/v1/organizations/${segment}/connections/${segment}:enable`,
      `/api/v1/organizations/${segment}/directories/${segment}/users?page_size=10`,
    ])
  })

  it.each(['', '.', '..', undefined, null, 7, [], {}, { id: 'org_1' }, '\ud800'] as never[])(
    '%j is refused before anything is sent',
    async (id) => {
      const api = await startApi({})
      const { organization, connection, directory } = api.client()
      const calls = [
        organization.getOrganization({ id }),
        organization.getOrganizationByExternalId({ externalId: id }),
        organization.updateOrganization({ id, organization: {} }),
        organization.updateOrganizationByExternalId({ externalId: id, organization: {} }),
        organization.updateOrganizationSettings({ id, settings: { features: [] } }),
        organization.deleteOrganization({ id }),
        organization.deleteOrganizationByExternalId({ externalId: id }),
        organization.generatePortalLink({ id }),
        connection.listConnections({ organizationId: id }),
        connection.listConnections({ domain: id }),
        connection.listConnectionsByDomain({ domain: id }),
        connection.getConnection({ organizationId: id, id: 'conn_1' }),
        connection.getConnection({ organizationId: 'org_1', id }),
        connection.enableConnection({ organizationId: id, id: 'conn_1' }),
        connection.disableConnection({ organizationId: 'org_1', id }),
        directory.listDirectories({ organizationId: id }),
        directory.getDirectory({ organizationId: 'org_1', id }),
        directory.getPrimaryDirectoryByOrganizationId({ organizationId: id }),
        directory.listDirectoryUsers({ organizationId: id, directoryId: 'dir_1' }),
        directory.listDirectoryGroups({ organizationId: 'org_1', directoryId: id }),
        directory.users({ organizationId: 'org_1', directoryId: id }).next(),
        directory.enableDirectory({ organizationId: id, id: 'dir_1' }),
        directory.disableDirectory({ organizationId: 'org_1', id }),
      ]
      const errors = await Promise.all(calls.map(failureOf))
      expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['invalid_id']))
      expect([api.calls, api.tokenCalls]).toEqual([[], []])
    },
  )

  it.each([undefined, null, ''] as never[])(
    'that got lost on its way (%j) shows nobody every customer’s connections',
    async (id) => {
      const api = await startApi({})
      const error = await failureOf(api.client().connection.listConnections(id))
      expect(error.code).toBe('invalid_id')
      expect(api.calls).toEqual([])
    },
  )

  it.each([undefined, null, ''] as never[])(
    'that got lost on its way (%j) leads to no other customer, and makes nobody a member',
    async (id) => {
      const api = await startApi({})
      const { organization, directory } = api.client()
      const group = { directoryGroupId: id }
      const errors = await Promise.all([
        failureOf(organization.listOrganization({ externalId: id })),
        failureOf(organization.organizations({ externalId: id }).next()),
        failureOf(directory.listDirectoryUsers('org_1', 'dir_1', group)),
        failureOf(
          directory.users({ organizationId: 'org_1', directoryId: 'dir_1', ...group }).next(),
        ),
      ])
      expect(errors.map(({ code }) => code)).toEqual(Array(4).fill('invalid_id'))
      expect(api.calls).toEqual([])
    },
  )
})

describe('what a call asks for', () => {
  it.each([undefined, null] as never[])('is left out where it is %j', async (nothing) => {
    const api = await startApi({})
    const { organization, directory } = api.client()
    await organization.listOrganization({ pageToken: nothing })
    await organization.generatePortalLink('org_1', { features: nothing }).catch(() => {})
    await directory.listDirectoryUsers('org_1', 'dir_1', { includeDetail: nothing })
    expect(api.calls.map(({ path }) => path)).toEqual([
      '/api/v1/organizations?page_size=10',
      '/api/v1/organizations/org_1/portal_links',
      '/api/v1/organizations/org_1/directories/dir_1/users?page_size=10',
    ])
  })

  it('is refused where no URL can hold it', async () => {
    const api = await startApi({})
    const { organization } = api.client()
    const error = await failureOf(organization.listOrganization({ pageToken: '\ud800' }))
    expect(error.code).toBe('invalid_id')
    expect(api.calls).toEqual([])
  })
})

describe('a call that is cancelled', () => {
  it('before it began is not made', async () => {
    const api = await startApi({})
    const signal = AbortSignal.abort(new Error('enough'))
    const error = await failureOf(api.client().organization.listOrganization({ signal }))
    expect(error).toMatchObject({ code: 'api_cancelled', isRetryable: false })
    expect(error.cause).toBe(signal.reason)
    expect(api.tokenCalls).toEqual([])
  })

  it('while it waits for the token ends, and the others get theirs', async () => {
    const controller = new AbortController()
    const later: { reply?: () => void } = {}
    const api = await startApi({
      token: (res, call) => {
        later.reply = () => newToken(res, call)
        controller.abort()
      },
    })
    const client = api.client()
    const cancelled = failureOf(
      client.organization.getOrganization('org_1', { signal: controller.signal }),
    )
    const other = client.organization.getOrganization('org_1')
    expect((await cancelled).code).toBe('api_cancelled')
    later.reply?.()
    expect((await other).organization.id).toBe('org_1')
    expect(api.tokenCalls).toHaveLength(1)
  })

  it.each<[string, Reply]>([
    ['head', broken(faults.hang)],
    ['body', broken(faults.hangInBody)],
  ])('while it waits for a %s ends at once, and lets go of the socket', async (_part, hang) => {
    const controller = new AbortController()
    let gone: Promise<unknown> | undefined
    const api = await startApi({
      api: (res, call) => {
        gone = new Promise((resolve) => res.once('close', resolve))
        hang(res, call)
        setImmediate(() => controller.abort())
      },
    })
    const { organization } = api.client()
    const { signal } = controller
    await inStandingTime(async () => {
      const error = await failureOf(organization.getOrganization({ id: 'org_1', signal }))
      expect(error.code).toBe('api_cancelled')
      await gone
    })
    expect(api.calls).toHaveLength(1)
  })

  it('between two attempts is not made again', async () => {
    const controller = new AbortController()
    const api = await startApi({
      api: (res, call) => {
        json(429, {}, { 'retry-after': '3' })(res, call)
        res.once('close', () => controller.abort())
        res.once('finish', () => controller.abort())
      },
    })
    const { signal } = controller
    const error = await inStandingTime(() =>
      failureOf(api.client().organization.listOrganization({ signal })),
    )
    expect(error.code).toBe('api_cancelled')
    expect(api.calls).toHaveLength(1)
  })

  it('shares its signal with as many others as there are, and nobody is warned', async () => {
    const { signal } = new AbortController()
    const api = await startApi({})
    const warnings: string[] = []
    const warn = ({ message }: Error) => void warnings.push(message)
    process.on('warning', warn)
    onTestFinished(() => void process.off('warning', warn))
    const { organization } = api.client()
    await Promise.all(Array.from({ length: 40 }, () => organization.listOrganization({ signal })))
    expect(warnings).toEqual([])
  })

  it('is told as cancelled, too, where it created something', async () => {
    const controller = new AbortController()
    const api = await startApi({ api: () => controller.abort('enough') })
    const { organization } = api.client()
    const { signal } = controller
    const error = await failureOf(organization.createOrganization('Acme', { signal }))
    expect(error).toMatchObject({ code: 'api_cancelled', cause: 'enough', isRetryable: false })
    expect(api.calls).toHaveLength(1)
  })

  it('leaves nothing behind at its signal', async () => {
    const { signal } = new AbortController()
    const api = await startApi({ api: inTurn(json(503, {}), ok) })
    await api.client().organization.getOrganization('org_1', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('a call', () => {
  it('ends when its time is up, whatever the client’s own time is', async () => {
    const api = await startApi({ api: broken(faults.hang) })
    const client = api.client()
    await inVirtualTime(async () => {
      await client.organization.getOrganization('org_1', { timeoutMs: 1 }).catch(() => {})
      const began = performance.now()
      const error = await failureOf(client.organization.listOrganization({ timeoutMs: 300 }))
      expect(error).toMatchObject({ code: 'api_deadline_exceeded', status: 504, isRetryable: true })
      expect(performance.now() - began).toBeGreaterThanOrEqual(300)
      expect(performance.now() - began).toBeLessThan(1000)
    })
  })

  it('leaves no timer behind, which would keep the process from its end', async () => {
    const api = await startApi({ api: inTurn(json(503, {}), ok) })
    const { organization } = api.client()
    await Promise.all(Array.from({ length: 20 }, () => organization.getOrganization('org_1')))
    // The test runner may have one or two of its own.
    expect(runningTimers()).toBeLessThan(5)
  })

  it.each([0, -1, Number.NaN])('that has no time (%j) is not made', async (timeoutMs) => {
    const api = await startApi({})
    const { organization } = api.client()
    await organization.getOrganization('org_1')
    const error = await failureOf(organization.createOrganization('Acme', { timeoutMs }))
    expect(error.code).toBe('api_deadline_exceeded')
    await organization.getOrganization('org_1')
    expect(api.calls.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it('that creates something arrives once, though the server ends kept sockets', async () => {
    const { client, posts } = await startResetting()
    await client.organization.getOrganization('org_1')
    await client.organization.getOrganization('org_1')
    const error = await failureOf(client.organization.createOrganization('Acme'))
    expect(error).toMatchObject({ code: 'api_unavailable', isRetryable: false })
    expect(posts()).toBe(1)
  })

  it('is made by the `fetch` that was passed in', async () => {
    const api = await startApi({})
    const urls: string[] = []
    const client = api.client({
      fetch: (url, init) => {
        urls.push(url)
        return fetch(url, init)
      },
    })
    await client.organization.getOrganization('org_1')
    expect(urls).toEqual([`${api.url}/oauth/token`, `${api.url}/api/v1/organizations/org_1`])
    expect(api.calls).toHaveLength(1)
  })

  it('says that it wants JSON, and sends it', async () => {
    const seen: Record<string, unknown>[] = []
    const api = await startApi({
      api: (res, call) => {
        seen.push(res.req.headers)
        ok(res, call)
      },
    })
    await api.client().organization.createOrganization('Acme', { metadata: { Own_Key: 'ä' } })
    expect(seen[0]).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
    })
    expect(api.calls[0]?.body).toBe('{"metadata":{"Own_Key":"ä"},"display_name":"Acme"}')
  })
})

describe('many calls', () => {
  useVirtualTime()

  it('are made so many at a time, in their order', async () => {
    const held: (() => void)[] = []
    let most = 0
    const api = await startApi({
      api: (res, call) => {
        most = Math.max(
          most,
          held.push(() => ok(res, call)),
        )
        if (api.calls.length >= 30) for (const reply of held.splice(0)) reply()
        else if (held.length === 10) for (const reply of held.splice(0)) reply()
      },
    })
    const client = api.client({ maxConcurrentCalls: 10 })
    const ids = Array.from({ length: 30 }, (_, index) => `org_${index}`)
    await Promise.all(ids.map((id) => client.organization.getOrganization(id)))
    expect(most).toBe(10)
    const order = (call: ApiCall) => Number(call.path.split('_')[1])
    expect(order(api.calls[29]!)).toBeGreaterThanOrEqual(20)
  })

  it('fail at once when a thousand wait', async () => {
    const api = await startApi({ api: broken(faults.hang) })
    const client = api.client({ timeoutMs: 500, totalTimeoutMs: 1000 })
    const waiting = Array.from({ length: 1050 }, () =>
      failureOf(client.organization.listOrganization()),
    )
    const error = await failureOf(client.organization.listOrganization())
    expect(error).toMatchObject({ code: 'api_busy', status: 503, isRetryable: true })
    const errors = await Promise.all(waiting)
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['api_deadline_exceeded']))
    // Two times, as there is no time for three, and only for those that got a place.
    expect(api.calls.length).toBeLessThanOrEqual(150)
  })

  it('go on when an API that was down is up again', async () => {
    let reply: Reply = broken(faults.hang)
    const api = await startApi({ api: (res, call) => reply(res, call) })
    const client = api.client({ timeoutMs: 3000, totalTimeoutMs: 6000, maxConcurrentCalls: 5 })
    const lost = Array.from({ length: 100 }, () =>
      failureOf(client.organization.listOrganization()),
    )
    await Promise.all(lost)
    reply = ok
    await Promise.all(
      Array.from({ length: 100 }, () => client.organization.getOrganization('org_1')),
    )
  })

  it('do not use up their time before they are sent', async () => {
    const api = await startApi({ api: oneAtATime(600) })
    const client = api.client({ timeoutMs: 1000, totalTimeoutMs: 5000, maxConcurrentCalls: 1 })
    const names = ['Acme', 'Globex', 'Initech', 'Hooli']
    await Promise.all(names.map((name) => client.organization.createOrganization(name)))
    expect(api.calls.map(({ body }) => JSON.parse(body).display_name)).toEqual(names)
  })

  it('that are cancelled in line give their turn to others', async () => {
    const held: (() => void)[] = []
    const api = await startApi({ api: (res, call) => void held.push(() => ok(res, call)) })
    const client = api.client({ maxConcurrentCalls: 1 })
    const first = client.organization.getOrganization('org_1')
    const controller = new AbortController()
    const { signal } = controller
    const second = failureOf(client.organization.getOrganization('org_2', { signal }))
    const third = client.organization.getOrganization('org_3')
    await expect.poll(() => held.length).toBe(1)
    controller.abort()
    expect((await second).code).toBe('api_cancelled')
    held[0]!()
    await first
    await expect.poll(() => held.length).toBe(2)
    held[1]!()
    await third
    expect(api.calls.map(({ path }) => path.slice(-5))).toEqual(['org_1', 'org_3'])
  })
})

/** Answers one request after the other, each after this many milliseconds. */
function oneAtATime(ms: number): Reply {
  let last = Promise.resolve()
  return (res, call) => {
    last = last.then(() => new Promise((resolve) => void setTimeout(resolve, ms)))
    void last.then(() => ok(res, call))
  }
}

/** A server that keeps sockets, reads a creation to its end and resets the connection. */
async function startResetting() {
  let posts = 0
  const server: Server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      const request = data.toString()
      if (request.startsWith('POST /api/')) {
        posts += 1
        socket.resetAndDestroy()
      } else if (request.startsWith('POST')) {
        reply(socket, { access_token: 't', token_type: 'Bearer' })
      } else reply(socket, { organization: { id: 'org_1' } })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new ScalekitClient(url, 'skc_1', 'secret'), posts: () => posts }
}

function reply(socket: Socket, body: object): void {
  const text = JSON.stringify(body)
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`)
}
