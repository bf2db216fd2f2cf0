import { describe, expect, it } from 'vitest'
import { messages, type Rpc } from '../fixtures/api-messages.ts'
import { exchangeOf, type HttpExchange } from './api-exchanges.ts'
import { allRpcs, type Exchange, fieldType, shapeProblems } from './api-shapes.ts'

describe('the tables', () => {
  it('name only types that they have', () => {
    const types = Object.values(messages).flatMap((message) => Object.values(message))
    for (const type of types) expect(fieldType(type).name).not.toBe('')
    for (const { request, response, body } of Object.values<Rpc>(allRpcs)) {
      expect(Object.keys(messages)).toEqual(expect.arrayContaining([request, response]))
      if (body !== undefined && body !== '*') expect(messages[request]).toHaveProperty(body)
    }
  })
})

describe('an exchange', () => {
  it('that is as the tables say has no problem', () => {
    expect(shapeProblems(listing())).toEqual([])
  })

  it.each<[string, Partial<Organization>, string]>([
    ['an unknown field', { plan: 'gold' }, 'plan is not a field of Organization'],
    ['a name of every object', { constructor: 'x' }, 'constructor is not a field of Organization'],
    ['a field in camelCase', { displayName: 'A' }, 'displayName is not a field of Organization'],
    ['a number for a text', { display_name: 7 }, 'display_name is not a string'],
    ['nothing for a text', { display_name: null }, 'display_name is not a string'],
    ['a date for a time', { create_time: '2026-01-15' }, 'create_time is not a Timestamp'],
    ['seconds for a time', { create_time: 1768473000 }, 'create_time is not a Timestamp'],
    ['an unknown name of an enum', { region_code: 'XX' }, 'region_code is not a RegionCode'],
    ['the number of an enum', { region_code: 1 }, 'region_code is not a RegionCode'],
    ['a list for a map', { metadata: [] }, 'metadata is not a map'],
    ['a map of numbers', { metadata: { seats: 7 } }, 'metadata.seats is not a string'],
    ['a text for a message', { settings: 'x' }, 'settings is not an object'],
    ['a message for a list', { settings: { features: {} } }, 'settings.features is not a list'],
    [
      'a text for a boolean, deep inside',
      { settings: { features: [{ name: 'sso', enabled: 'yes' }] } },
      'settings.features[0].enabled is not a bool',
    ],
  ])('with %s is told', (_case, changes, problem) => {
    expect(shapeProblems(listing(changes))).toEqual([`response.organizations[0].${problem}`])
  })

  it.each<[string, Partial<Exchange>, string]>([
    [
      'a request of an unknown field',
      { requestFields: { size: 1 } },
      'request.size is not a field',
    ],
    ['a negative size', { requestFields: { page_size: -1 } }, 'request.page_size is not a uint32'],
    ['a text for a size', { requestFields: { page_size: '5' } }, 'request.page_size is not a uint'],
    ['a list for a message', { responseBody: [] }, 'response is not an object'],
    ['no answer', { responseBody: undefined }, 'response is not an object'],
    [
      'a failure of another shape',
      { status: 503, responseBody: { error: 'x' } },
      'response.error is',
    ],
    [
      'details of no known type',
      { status: 503, responseBody: { details: [{ error_code: 'X' }] } },
      'response.details[0] has no known @type',
    ],
    [
      'details with an unknown field',
      { status: 400, responseBody: { details: [{ '@type': 'a/b.ErrorInfo', reason: 'x' }] } },
      'response.details[0].reason is not a field of ErrorInfo',
    ],
  ])('with %s is told, too', (_case, changes, problem) => {
    expect(shapeProblems({ ...listing(), ...changes })).toEqual([expect.stringContaining(problem)])
  })

  it('with two of what is one of several is told', () => {
    const responseBody = { connection: { id: 'conn_1', saml_config: {}, oidc_config: {} } }
    expect(shapeProblems({ rpc: 'GetConnection', requestFields: {}, responseBody })).toEqual([
      'response.connection has more than one of settings',
    ])
  })

  it('may have the names of a request in camelCase', () => {
    const requestFields = { id: 'org_1', organization: { displayName: 'A', metadata: { aB: 'x' } } }
    const responseBody = { organization: {} }
    expect(shapeProblems({ rpc: 'UpdateOrganization', requestFields, responseBody })).toEqual([])
  })
})

describe('an exchange over HTTP', () => {
  it('is read from its path, its query and its body', () => {
    const path = '/api/v1/organizations/org_1/directories/dir_%201/users'
    const query = 'page_size=5&include_detail=true&directory_group_id=7'
    expect(exchangeOf(overHttp({ url: `${path}?${query}` }))).toMatchObject({
      rpc: 'ListDirectoryUsers',
      requestFields: {
        organization_id: 'org_1',
        directory_id: 'dir_ 1',
        page_size: 5,
        include_detail: true,
        directory_group_id: '7',
      },
    })
    const body = '{"display_name":"A"}'
    const created = overHttp({ method: 'POST', url: '/api/v1/organizations', body })
    expect(exchangeOf(created).requestFields).toEqual({ organization: { display_name: 'A' } })
  })

  it.each<[string, Partial<HttpExchange>, string]>([
    ['a size that is no number', { url: '?page_size=many' }, 'request.page_size is not a uint32'],
    ['a parameter twice', { url: '?page_token=a&page_token=b' }, 'request.page_token is not a str'],
    ['a parameter of no name', { url: '?size=5' }, 'request.size is not a field'],
    ['a body where there is none', { body: '{}' }, 'request.body is not a field'],
    ['an answer that is not JSON', { responseBody: '<html>' }, 'response is not an object'],
  ])('with %s is told', (_case, { url = '', ...changes }, problem) => {
    const exchange = exchangeOf(overHttp({ ...changes, url: `/api/v1/organizations${url}` }))
    expect(shapeProblems(exchange)).toEqual([expect.stringContaining(problem)])
  })

  it.each([
    ['of another method', { method: 'PUT', url: '/api/v1/organizations' }],
    ['of another path', { url: '/api/v1/organisations' }],
    ['of a path below', { url: '/api/v1/organizations/org_1/directories/dir_1/people' }],
  ])('%s is none of the API', (_case, call) => {
    expect(() => exchangeOf(overHttp(call))).toThrow('No call of the API is')
  })
})

type Organization = Readonly<Record<string, unknown>>

/** A list of one organization, with any part of it replaced. */
function listing(changes: Organization = {}): Exchange {
  const organization = {
    id: 'org_1',
    create_time: '2026-01-15T10:30:00.123456789Z',
    display_name: 'Acme',
    region_code: 'US',
    metadata: { plan: 'gold' },
    settings: { features: [{ name: 'sso', enabled: true }] },
    ...changes,
  }
  return {
    rpc: 'ListOrganization',
    requestFields: { page_size: 5 },
    responseBody: { total_size: 1, next_page_token: '', organizations: [organization] },
  }
}

function overHttp({ url = '', ...changes }: Partial<HttpExchange>): HttpExchange {
  return {
    method: 'GET',
    url: `http://localhost:4400${url}`,
    body: '',
    status: 200,
    responseBody: '{}',
    ...changes,
  }
}
