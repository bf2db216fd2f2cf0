import { describe, expect, it } from 'vitest'
import { tokensFor } from '../application.ts'
import { emulate } from '../emulate.ts'
import { acmeId, apiOf, ask, clientToken, emulateApi } from './api.ts'

/** What the reference shows. */
const tokenEmpty = {
  code: 16,
  message: 'Token empty',
  details: [
    {
      '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
      error_code: 'UNAUTHENTICATED',
    },
  ],
}

describe('a call to the management API', () => {
  it('without a token is answered as the reference shows', async () => {
    const answer = await ask(await emulate(), 'GET /organizations')
    expect(answer).toEqual({ status: 401, body: tokenEmpty })
  })

  it.each([
    ['a token that nobody issued', 'Bearer abc'],
    ['credentials of another scheme', 'Basic c2tjXzE6c2VjcmV0'],
    ['no token after the scheme', 'Bearer '],
  ])('with %s is not authenticated', async (_case, authorization) => {
    const answer = await ask(await emulate(), 'GET /organizations', { authorization })
    expect(answer).toMatchObject({ status: 401, body: { code: 16, details: tokenEmpty.details } })
  })

  it('with the access token of a person is not authenticated', async () => {
    const emulator = await emulate()
    const { access_token } = await tokensFor(emulator)
    const answer = await ask(emulator, 'GET /organizations', {
      authorization: `Bearer ${access_token}`,
    })
    expect(answer).toMatchObject({ status: 401, body: { code: 16 } })
  })

  it('is answered until the second its token expires', async () => {
    const { emulator, api } = await emulateApi({ lifetimes: { clientTokenSeconds: 1_799 } })
    emulator.advance(1_798)
    expect((await api('GET /organizations')).status).toBe(200)
    emulator.advance(1)
    expect(await api('GET /organizations')).toMatchObject({
      status: 401,
      body: { code: 16, details: tokenEmpty.details },
    })
  })

  it('takes a token whatever the case of its scheme', async () => {
    const emulator = await emulate()
    const authorization = `bearer ${await clientToken(emulator)}`
    expect((await ask(emulator, 'GET /organizations', { authorization })).status).toBe(200)
  })
})

describe('a call that is not emulated', () => {
  it.each([
    ['of another path', 'GET /users'],
    ['of another method', 'DELETE /organizations'],
  ])('%s is answered with 501', async (_case, request) => {
    const [method, path] = request.split(' ')
    const answer = await fetch(`${(await emulate()).url}/api/v1${path}`, { method: method! })
    expect([answer.status, await answer.json()]).toEqual([
      501,
      {
        code: 12,
        message: `not emulated: ${method} /api/v1${path}`,
        details: [{ ...tokenEmpty.details[0], error_code: 'NOT_IMPLEMENTED' }],
      },
    ])
  })
})

describe('a failure on request', () => {
  it.each([
    [400, 3, 'INVALID_ARGUMENT'],
    [401, 16, 'UNAUTHENTICATED'],
    [403, 7, 'PERMISSION_DENIED'],
    [404, 5, 'RESOURCE_NOT_FOUND'],
    [409, 6, 'RESOURCE_ALREADY_EXISTS'],
    [429, 8, 'RATE_LIMITED'],
    [500, 13, 'INTERNAL_ERROR'],
    [501, 12, 'NOT_IMPLEMENTED'],
    [503, 14, 'SERVICE_UNAVAILABLE'],
    [504, 4, 'DEADLINE_EXCEEDED'],
  ])('with status %i has code %i and %s', async (status, code, error_code) => {
    const { emulator, api } = await emulateApi()
    emulator.fail({ path: '/api/v1/organizations', status })
    expect(await api('GET /organizations')).toEqual({
      status,
      body: { code, message: 'On request', details: [{ ...tokenEmpty.details[0], error_code }] },
    })
    expect((await api('GET /organizations')).status).toBe(200)
  })

  it('has the headers and the body that were asked for', async () => {
    const emulator = await emulate()
    const headers = { 'retry-after': '7' }
    emulator.fail({ path: '/api/v1/organizations', status: 429, headers, body: { code: 8 } })
    const answer = await fetch(`${emulator.url}/api/v1/organizations`)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await answer.json()).toEqual({ code: 8 })
  })

  it('is an empty body where the API says nothing with such a status', async () => {
    const emulator = await emulate()
    emulator.fail({ path: '/api/v1/organizations', status: 418 })
    const answer = await fetch(`${emulator.url}/api/v1/organizations`)
    expect([answer.status, await answer.text()]).toEqual([418, ''])
  })
})

describe('a request that breaks a rule', () => {
  const long = (length: number) => 'x'.repeat(length)
  const organization = { display_name: 'Initech' }

  it.each<[string, string, unknown, string, string]>([
    ['no page', 'GET /organizations?page_size=0', undefined, 'page_size', 'num.gte=1'],
    ['a page of 101', 'GET /organizations?page_size=101', undefined, 'page_size', 'num.lte=100'],
    ['half a page', 'GET /organizations?page_size=1.5', undefined, 'page_size', 'type=uint32'],
    ['an unknown page token', 'GET /organizations?page_token=x', undefined, 'page_token', 'known'],
    ['an unknown parameter', 'GET /organizations?pagesize=3', undefined, 'pagesize', 'known'],
    [
      'a parameter twice',
      'GET /organizations?page_token=a&page_token=b',
      undefined,
      'page_token',
      'type=string',
    ],
    ['an id that is too long', `GET /organizations/${long(33)}`, undefined, 'id', 'str.max_len=32'],
    [
      'an organization without a body',
      'POST /organizations',
      undefined,
      'organization',
      'required',
    ],
    ['a body that is a list', 'POST /organizations', [], 'organization', 'required'],
    ['no name', 'POST /organizations', {}, 'organization.display_name', 'str.min_len=1'],
    [
      'a name that is too long',
      'POST /organizations',
      { display_name: long(201) },
      'organization.display_name',
      'str.max_len=200',
    ],
    [
      'a name that is a number',
      'POST /organizations',
      { display_name: 7 },
      'organization.display_name',
      'type=string',
    ],
    [
      'an organization in an organization',
      'POST /organizations',
      { ...organization, organization },
      'organization.organization',
      'known',
    ],
    [
      'an unknown region',
      'POST /organizations',
      { ...organization, region_code: 'XX' },
      'organization.region_code',
      'enum.defined_only=1',
    ],
    [
      'a slug with spaces',
      'POST /organizations',
      { ...organization, slug: 'a b' },
      'organization.slug',
      'str.pattern=',
    ],
    [
      'a logo that is too long',
      'POST /organizations',
      { ...organization, logo_url: long(1025) },
      'organization.logo_url',
      'str.max_len=1024',
    ],
    [
      'a key of two letters',
      'POST /organizations',
      { ...organization, metadata: { ab: 'x' } },
      'organization.metadata',
      'str.min_len=3',
    ],
    [
      'an empty value',
      'POST /organizations',
      { ...organization, metadata: { abc: '' } },
      'organization.metadata',
      'str.min_len=1',
    ],
    [
      'a key of 26 letters',
      'POST /organizations',
      { ...organization, metadata: { [long(26)]: 'x' } },
      'organization.metadata',
      'str.max_len=25',
    ],
    [
      'a value of 257 letters',
      'POST /organizations',
      { ...organization, metadata: { abc: long(257) } },
      'organization.metadata',
      'str.max_len=256',
    ],
    [
      'metadata that is a number',
      'POST /organizations',
      { ...organization, metadata: 7 },
      'organization.metadata',
      'type=map',
    ],
    [
      'eleven entries',
      'POST /organizations',
      {
        ...organization,
        metadata: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`key${at}`, 'x'])),
      },
      'organization.metadata',
      'map.max=10',
    ],
    [
      'an empty new name',
      `PATCH /organizations/${acmeId}`,
      { display_name: '' },
      'organization.display_name',
      'str.min_len=1',
    ],
    [
      'settings of another id',
      'PATCH /organizations/acme/settings',
      { features: [] },
      'id',
      'str.prefix=org_',
    ],
    [
      'a feature without a name',
      `PATCH /organizations/${acmeId}/settings`,
      { features: [{ enabled: true }] },
      'settings.features.name',
      'enum.defined_only=1',
    ],
    [
      'a feature that is not documented',
      `PATCH /organizations/${acmeId}/settings`,
      { features: [{ name: 'directory_sync', enabled: true }] },
      'settings.features.name',
      'enum.defined_only=1',
    ],
    ...['http://a.example/logo.svg', 'logo.svg', 'data:image/png;base64,', 'https://'].flatMap(
      (logo_url) =>
        (['POST /organizations', `PATCH /organizations/${acmeId}`] as const).map(
          (request): [string, string, unknown, string, string] => [
            `the logo ${logo_url}`,
            request,
            { ...organization, logo_url },
            'organization.logo_url',
            'str.uri=https',
          ],
        ),
    ),
    [
      'a link for another id',
      'PUT /organizations/acme/portal_links',
      undefined,
      'id',
      'str.prefix=org_',
    ],
    [
      'a link to an unknown feature',
      `PUT /organizations/${acmeId}/portal_links?features=scim`,
      undefined,
      'features',
      'enum.defined_only=1',
    ],
    [
      'a domain that is too long',
      `GET /connections?domain=${long(33)}`,
      undefined,
      'domain',
      'str.max_len=32',
    ],
  ])('by %s is answered with the field and the rule', async (_case, request, body, field, rule) => {
    const { api } = await emulateApi()
    const answer = await api(request, body)
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 3,
        details: [
          {
            error_code: 'INVALID_ARGUMENT',
            validation_error_info: {
              field_violations: [
                {
                  field,
                  constraint: expect.stringContaining(rule),
                  description: expect.any(String),
                },
              ],
            },
          },
        ],
      },
    })
  })

  it('is not one that is as long as it may be, in characters and not in UTF-16 units', async () => {
    const { api } = await emulateApi()
    const metadata = { ['🔑'.repeat(25)]: '🗝'.repeat(256) }
    const made = await api('POST /organizations', { display_name: '🏢'.repeat(200), metadata })
    expect(made.status).toBe(201)
  })

  it('by several is answered with all of them', async () => {
    const { api } = await emulateApi()
    const { body } = await api('POST /organizations', { slug: '-', region_code: 'XX' })
    expect(fieldsIn(body)).toEqual([
      'organization.display_name',
      'organization.region_code',
      'organization.slug',
    ])
  })

  it.each([
    ['that is not JSON', 'POST /organizations', '{'],
    ['whose id cannot be decoded', 'GET /organizations/%ff', undefined],
  ])('or %s is answered with 400', async (_case, request, body) => {
    const { api } = await emulateApi()
    expect(await api(request, body)).toMatchObject({ status: 400, body: { code: 3 } })
  })
})

describe('what is not there', () => {
  it.each([
    ['an organization', 'GET /organizations/org_1'],
    ['an organization by its external id', 'GET /organizations:external/nobody'],
    ['an organization to change', 'PATCH /organizations/org_1', {}],
    ['an organization to set up', 'PATCH /organizations/org_1/settings', {}],
    ['an organization to delete', 'DELETE /organizations/org_1'],
    ['an organization to link to', 'PUT /organizations/org_1/portal_links'],
    ['a connection', `GET /organizations/${acmeId}/connections/conn_1`],
    [
      'a connection of another organization',
      `GET /organizations/${acmeId}/connections/conn_70087756662964367`,
    ],
    ['a connection to enable', `PATCH /organizations/${acmeId}/connections/conn_1:enable`],
    ['a connection to disable', `PATCH /organizations/${acmeId}/connections/conn_1:disable`],
  ])('is %s, which answers 404', async (_case, request, body?: unknown) => {
    const api = await apiOf(await emulate())
    expect(await api(request, body)).toMatchObject({
      status: 404,
      body: { code: 5, details: [{ error_code: 'RESOURCE_NOT_FOUND' }] },
    })
  })
})

function fieldsIn(body: unknown): readonly string[] {
  const { details } = body as {
    details: readonly [
      { validation_error_info: { field_violations: readonly { field: string }[] } },
    ]
  }
  return details[0].validation_error_info.field_violations.map(({ field }) => field)
}
