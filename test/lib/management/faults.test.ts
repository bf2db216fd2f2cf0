import { describe, expect, it } from 'vitest'
import type { ApiError } from '../../../src/client.ts'
import * as faults from '../../hostile/provider/faults.ts'
import { useVirtualTime } from '../../support/virtual-time.ts'
import { expectNoSecret, failureOf } from './failures.ts'
import {
  broken,
  type HostileApi,
  inTurn,
  json,
  ok,
  type Reply,
  startApi,
  text,
} from './hostile-api.ts'

/** Time for three attempts that each hang, and for what is waited between them. */
const limits = { timeoutMs: 1000, totalTimeoutMs: 4500 }

useVirtualTime()

interface Fault {
  readonly how: string
  readonly reply: Reply
  readonly code: string
  readonly status: number
  /** How often a call that may be repeated is made, and one that may not. */
  readonly gets: number
  readonly posts: number
}

function statuses(list: readonly number[], expected: Omit<Fault, 'how' | 'reply' | 'status'>) {
  return list.flatMap((status): Fault[] => [
    { how: `${status} as a page`, reply: page(status), status, ...expected },
    { how: `${status} as JSON`, reply: json(status, { message: 'no' }), status, ...expected },
  ])
}

function page(status: number): Reply {
  return text(status, '<!doctype html><h1>Sorry</h1>', { 'content-type': 'text/html' })
}

const refused: readonly Fault[] = [
  ...statuses([400, 405, 413, 422], { code: 'api_invalid_argument', gets: 1, posts: 1 }),
  ...statuses([403], { code: 'api_permission_denied', gets: 1, posts: 1 }),
  ...statuses([404], { code: 'api_not_found', gets: 1, posts: 1 }),
  ...statuses([409], { code: 'api_already_exists', gets: 1, posts: 1 }),
  ...statuses([429], { code: 'api_resource_exhausted', gets: 3, posts: 3 }),
  ...statuses([500, 505], { code: 'api_internal', gets: 3, posts: 1 }),
  ...statuses([501], { code: 'api_unimplemented', gets: 1, posts: 1 }),
  ...statuses([502, 503], { code: 'api_unavailable', gets: 3, posts: 1 }),
  ...statuses([504], { code: 'api_deadline_exceeded', gets: 3, posts: 1 }),
]

const down = { code: 'api_unavailable', status: 503, gets: 3, posts: 1 }
const lost: readonly Fault[] = [
  // The socket that the token came by is kept; that it ends says nothing of the call itself.
  { how: 'a reset', reply: broken(faults.reset), ...down, gets: 4 },
  { how: 'an end without a word', reply: broken(faults.closed), ...down, gets: 4 },
  { how: 'a reset within the body', reply: broken(faults.resetInBody), ...down },
  { how: 'an end within the body', reply: broken(faults.closedInBody), ...down },
  { how: 'an end within a chunk', reply: broken(faults.closedInChunk), ...down },
  { how: 'something that is not HTTP', reply: broken(faults.raw('220 ESMTP', '', '')), ...down },
]

const late = { code: 'api_deadline_exceeded', status: 504, gets: 3, posts: 1 }
const slow: readonly Fault[] = [
  { how: 'nothing at all', reply: broken(faults.hang), ...late },
  { how: 'half a body, and then nothing', reply: broken(faults.hangInBody), ...late },
  { how: 'a byte of the body now and then', reply: broken(faults.drip), ...late },
  { how: 'a header now and then', reply: broken(faults.dripHead), ...late },
]

const useless = { code: 'api_answer_invalid', status: 502, gets: 3, posts: 1 }
const unreadable: readonly Fault[] = [
  { how: 'a page', reply: page(200), ...useless },
  { how: 'a page that says it is JSON', reply: json200('<html>'), ...useless },
  {
    how: 'JSON that says it is a page',
    reply: text(200, '{}', { 'content-type': 'text/html' }),
    ...useless,
  },
  { how: 'an empty body', reply: json200(''), ...useless },
  { how: 'null', reply: json200('null'), ...useless },
  { how: 'an array', reply: json200('[{}]'), ...useless },
  { how: 'a number', reply: json200('7'), ...useless },
  { how: 'half of the JSON', reply: json200('{"organization":{"id":'), ...useless },
]

const once = { code: 'api_answer_invalid', gets: 1, posts: 1 }
const never: readonly Fault[] = [
  { how: 'an object with nothing in it', reply: json200('{}'), status: 502, ...once },
  { how: 'an array for an object', reply: json200('{"organization":[]}'), status: 502, ...once },
  ...([301, 302, 303, 307, 308] as const).map((status) => ({
    how: `a redirect by ${status}`,
    reply: broken(faults.redirect(status)),
    status,
    ...once,
  })),
]

function json200(body: string): Reply {
  return text(200, body, { 'content-type': 'application/json' })
}

const all = [...refused, ...lost, ...slow, ...unreadable, ...never]

describe.concurrent.each(all)(
  'an API that answers $how',
  ({ reply, code, status, gets, posts }) => {
    it('fails a call in time, by a typed error, after as many attempts as are safe', async () => {
      const api = await startApi({ api: reply })
      const began = performance.now()
      const error = await failureOf(api.client(limits).organization.getOrganization('org_1'))
      expect(error).toMatchObject({ code, status })
      expect(performance.now() - began).toBeLessThan(limits.totalTimeoutMs + limits.timeoutMs)
      expect(api.calls).toHaveLength(gets)
      expectHarmless(api, error)
    })

    it('gets what creates something once, unless it surely did nothing', async () => {
      const api = await startApi({ api: reply })
      const error = await failureOf(api.client(limits).organization.createOrganization('Acme'))
      expect(error).toMatchObject({ code, status })
      expect(api.calls).toHaveLength(posts)
      expectHarmless(api, error)
    })
  },
)

describe.concurrent.each(all.filter(({ gets }) => gets > 1))(
  'an API that once answers $how',
  ({ reply }) => {
    it('is asked again', async () => {
      const api = await startApi({ api: inTurn(reply, ok) })
      const answer = await api.client(limits).organization.getOrganization('org_1')
      expect(answer.organization.displayName).toBe('Acme')
      expect(api.calls).toHaveLength(2)
    })
  },
)

describe('the error of an answer', () => {
  it('says all that the API said', async () => {
    const body = {
      code: 3,
      message: 'display_name is too long',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.LocalizedMessage', message: 'x' },
        {
          '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
          error_code: 'INVALID_ARGUMENT',
          request_info: { request_id: 'req_1' },
          validation_error_info: {
            field_violations: [
              { field: 'display_name', description: 'too long', constraint: 'str.max_len=200' },
            ],
          },
        },
      ],
    }
    const api = await startApi({ api: json(400, body) })
    const error = await failureOf(api.client().organization.createOrganization('a'.repeat(201)))
    expect(error).toMatchObject({
      name: 'ApiError',
      code: 'api_invalid_argument',
      status: 400,
      grpcCode: 3,
      errorCode: 'INVALID_ARGUMENT',
      requestId: 'req_1',
      isRetryable: false,
      fieldViolations: [
        { field: 'display_name', description: 'too long', constraint: 'str.max_len=200' },
      ],
    })
    expect(error.message).toBe(
      'POST /api/v1/organizations returned 400: "display_name is too long"',
    )
  })

  it.each([
    [1, 'api_cancelled'],
    [2, 'api_unknown'],
    [3, 'api_invalid_argument'],
    [4, 'api_deadline_exceeded'],
    [5, 'api_not_found'],
    [6, 'api_already_exists'],
    [7, 'api_permission_denied'],
    [8, 'api_resource_exhausted'],
    [9, 'api_failed_precondition'],
    [10, 'api_aborted'],
    [11, 'api_out_of_range'],
    [12, 'api_unimplemented'],
    [13, 'api_internal'],
    [14, 'api_unavailable'],
    [15, 'api_data_loss'],
    [16, 'api_unauthenticated'],
    [0, 'api_invalid_argument'],
    [17, 'api_invalid_argument'],
    [-1, 'api_invalid_argument'],
    ['5', 'api_invalid_argument'],
  ])('has the name of the gRPC code %s', async (grpcCode, code) => {
    const api = await startApi({ api: json(418, { code: grpcCode }) })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error).toMatchObject({ code, status: 418 })
  })

  it.each<[string, unknown]>([
    ['details that are no list', { code: 5, message: 'no', details: { error_code: 'X' } }],
    ['details of other kinds', { code: 5, message: 'no', details: [null, 1, 'x', [], {}] }],
    [
      'violations that are none',
      { code: 5, details: [{ error_code: 5, validation_error_info: 1 }] },
    ],
    ['a message that is none', { code: 5, message: { a: 1 }, details: null }],
  ])('is made of %s, too', async (_case, body) => {
    const api = await startApi({ api: json(404, body) })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error).toMatchObject({ code: 'api_not_found', fieldViolations: [] })
  })

  it('says what is missing in it', async () => {
    const api = await startApi({ api: json(200, { organization: [] }) })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error.message).toBe('`organization` in the response must be an object')
  })

  it('is invalid where it has more levels than anything can be read of', async () => {
    const levels = 100_000
    const body = `{"organization":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`
    const api = await startApi({ api: text(200, body, { 'content-type': 'application/json' }) })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error).toMatchObject({ code: 'api_answer_invalid', isRetryable: false })
  })

  it('takes the request id from the header where there is one', async () => {
    const api = await startApi({ api: json(404, {}, { 'x-request-id': 'req_2' }) })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error.requestId).toBe('req_2')
  })

  it('repeats no secret that the API repeats, and only so much of the rest', async () => {
    const api = await startApi({
      api: (res, { token }) =>
        json(400, { message: `${'x'.repeat(100)}\n${token}${'y'.repeat(10_000)}` })(res, call),
    })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error.message).toContain('[secret]')
    expect(error.message).not.toContain('\n')
    expect(error.message.length).toBeLessThan(500)
    expectHarmless(api, error)
  })

  it('repeats no secret within what it says of fields and ids', async () => {
    const api = await startApi({
      api: (res, { token }) => {
        const rule = { field: `a ${token}`, description: `b ${token}`, constraint: `c ${token}` }
        const detail = {
          error_code: `d ${token}`,
          request_info: { request_id: `e ${token}` },
          validation_error_info: { field_violations: [rule] },
        }
        json(400, { details: [detail] })(res, call)
      },
    })
    const error = await failureOf(api.client().organization.getOrganization('org_1'))
    expect(error).toMatchObject({ errorCode: 'd [secret]', requestId: 'e [secret]' })
    expect(error.fieldViolations).toEqual([
      { field: 'a [secret]', description: 'b [secret]', constraint: 'c [secret]' },
    ])
    expectHarmless(api, error)
  })
})

const call = { method: '', path: '', token: undefined, body: '', count: 1 }

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [new Date(Date.now() - 60_000).toUTCString(), 0],
  ])('%s is waited for', async (value, waitMs) => {
    const api = await startApi({ api: inTurn(json(429, {}, { 'retry-after': value }), ok) })
    const began = performance.now()
    await api.client().organization.getOrganization('org_1')
    const took = performance.now() - began
    expect(took).toBeGreaterThanOrEqual(waitMs)
    expect(took).toBeLessThan(waitMs + 1000)
    expect(api.calls).toHaveLength(2)
  })

  it('as a date is waited for', async () => {
    const value = new Date(Date.now() + 2000).toUTCString()
    const api = await startApi({ api: inTurn(json(503, {}, { 'retry-after': value }), ok) })
    await api.client().organization.createOrganization('Acme')
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(value))
    expect(api.calls).toHaveLength(2)
  })

  it.each(['86400', '999999999999999', new Date(Date.now() + 1e10).toUTCString()])(
    '%s is waited for five seconds, and not where there is no time for that',
    async (value) => {
      const api = await startApi({ api: json(429, {}, { 'retry-after': value }) })
      const began = performance.now()
      const error = await failureOf(api.client(limits).organization.getOrganization('org_1'))
      expect(performance.now() - began).toBeLessThan(limits.totalTimeoutMs)
      expect(error).toMatchObject({ code: 'api_resource_exhausted', isRetryable: true })
      expect(error.retryAfterMs).toBeGreaterThan(1e7)
      expect(api.calls).toHaveLength(1)
    },
  )

  it('is cut at five seconds', async () => {
    const api = await startApi({ api: inTurn(json(429, {}, { 'retry-after': '86400' }), ok) })
    const began = performance.now()
    await api.client().organization.getOrganization('org_1')
    expect(performance.now() - began).toBeGreaterThanOrEqual(5000)
    expect(performance.now() - began).toBeLessThan(6000)
  })

  it.each(['soon', '-5', '1e3', '12.5', '1'.repeat(400), 'NaN', 'Infinity', '2030-01-01', ''])(
    '%s is nothing that anybody waits for',
    async (value) => {
      const api = await startApi({ api: json(429, {}, { 'retry-after': value }) })
      const began = performance.now()
      const error = await failureOf(api.client(limits).organization.getOrganization('org_1'))
      expect(performance.now() - began).toBeLessThan(limits.totalTimeoutMs)
      expect(error.retryAfterMs).toBeUndefined()
      expect(api.calls).toHaveLength(3)
    },
  )

  it('lets a creation be sent again that was refused for now', async () => {
    const later = json(503, {}, { 'retry-after': '0' })
    const api = await startApi({ api: inTurn(later, ok) })
    await api.client().organization.createOrganization('Acme')
    expect(api.calls).toHaveLength(2)
  })
})

describe('a flood', { tags: 'slow' }, () => {
  it.each([
    ['64 MiB', faults.huge],
    ['a body without an end', faults.endless],
  ])('of %s is not let in', async (_case, fault) => {
    const api = await startApi({ api: broken(fault) })
    const client = api.client()
    const error = await failureOf(client.organization.createOrganization('Acme'))
    expect(error).toMatchObject({ code: 'api_answer_invalid', status: 502 })
    const before = process.memoryUsage().rss
    for (let count = 0; count < 20; count += 1) {
      await failureOf(client.organization.getOrganization('org_1'))
    }
    expect(api.calls).toHaveLength(21)
    expect(api.flooded()).toBeLessThan(21 * 16 * 1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
  })
})

/** Nothing secret is to be seen, and nobody was led anywhere. */
function expectHarmless({ trapped, tokenCalls }: HostileApi, error: ApiError): void {
  expectNoSecret(error)
  expect(trapped).toEqual([])
  expect(tokenCalls).toHaveLength(1)
}
