import { describe, expect, it } from 'vitest'
import { controlRoutes } from '../../../../src/lib/emulator/control/answer-control.ts'
import { emulate } from '../emulate.ts'
import { acmeId, ask } from './control.ts'

describe('a page of another site', () => {
  it.each(['cross-site', 'same-site'])('reads and changes nothing: %s', async (site) => {
    const emulator = await emulate()
    const headers = { 'sec-fetch-site': site }
    for (const { method, path } of controlRoutes) {
      const answer = await ask(emulator, `${method} ${pathOf(path)}`, undefined, headers)
      expect([path, answer.status, answer.body.error]).toEqual([path, 403, 'cross_site'])
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(emulator.organizations).toHaveLength(2)
  })

  it('is known by its origin where a browser says no more', async () => {
    const emulator = await emulate()
    const { status } = await ask(emulator, 'POST /reset', {}, { origin: 'https://evil.example' })
    expect(status).toBe(403)
    expect((await ask(emulator, 'POST /reset', {}, { origin: 'null' })).status).toBe(403)
    expect((await ask(emulator, 'POST /reset', {}, { origin: emulator.url })).status).toBe(204)
  })

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    '',
  ])('sends no form, of the type %j', async (type) => {
    const emulator = await emulate()
    for (const route of controlRoutes.filter(({ method }) => /POST|PUT|PATCH/.test(method))) {
      const answer = await fetch(emulator.url + route.path.replaceAll(/[{}]/g, ''), {
        method: route.method,
        headers: { 'content-type': type },
        body: new Blob(['{"displayName":"Initech"}']),
      })
      expect([route.path, answer.status]).toEqual([route.path, 415])
    }
    expect(emulator.organizations).toHaveLength(2)
  })

  it('gets no preflight answered', async () => {
    const answer = await ask(await emulate(), 'OPTIONS /state')
    expect(answer.status).toBe(405)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a call that cannot be done', () => {
  it.each<[number, string, string, string, unknown]>([
    [404, 'not_found', 'There is no organization initech', 'GET /organizations/initech', undefined],
    [404, 'not_found', 'There is no organization initech', 'POST /people', person('initech')],
    [404, 'not_found', 'There is no person x@y.example', 'DELETE /people/x@y.example', undefined],
    [404, 'not_found', 'There is no person x@y.example', 'PATCH /people/x@y.example', {}],
    [404, 'not_found', 'There is no fault flt_1', 'DELETE /faults/flt_1', undefined],
    [404, 'not_found', 'There is no subscription sub_1', 'DELETE /subscriptions/sub_1', undefined],
    [404, 'not_found', 'There is no session ses_1', 'DELETE /sessions/ses_1', undefined],
    [404, 'not_found', 'There is no delivery msg_1', 'POST /deliveries/msg_1/redeliver', {}],
    [404, 'not_found', 'There is no directory dir_1', 'POST /directories/dir_1/enable', {}],
    [
      404,
      'not_found',
      'There is no person x@y.example',
      'POST /sign-ins',
      { email: 'x@y.example' },
    ],
    [
      404,
      'not_found',
      'No organization with a usable connection',
      'POST /idp-initiated-logins',
      { email: 'x@y.example' },
    ],
    [
      409,
      'conflict',
      'Acme already has a person ada@acme.example',
      'POST /people',
      person('acme', 'ada@acme.example'),
    ],
    [
      409,
      'conflict',
      `Acme (${acmeId}) already has this id`,
      'POST /organizations',
      { displayName: 'A', externalId: 'acme' },
    ],
    [
      409,
      'conflict',
      `Acme (${acmeId}) already has this id`,
      'PATCH /organizations/globex',
      { externalId: 'acme' },
    ],
    [400, 'invalid_request', 'The body is not JSON', 'POST /organizations', '{'],
    [400, 'invalid_request', 'The document must be an object', 'POST /organizations', []],
    [400, 'invalid_request', '`displayName` is missing', 'POST /organizations', {}],
    [
      400,
      'invalid_request',
      '`emial` is not an option; did you mean `email`?',
      'POST /people',
      { organizationId: 'acme', emial: 'a@b.example' },
    ],
    [
      400,
      'invalid_request',
      '`email` must be an email address such as',
      'PATCH /people/ada@acme.example',
      { email: 'ada' },
    ],
    [400, 'invalid_request', '`seconds` must be a number', 'POST /clock/advance', { seconds: '1' }],
    [
      400,
      'invalid_request',
      'must have exactly one of status, hang',
      'POST /faults',
      { path: '/keys' },
    ],
    [400, 'invalid_request', 'must have a `path`', 'POST /faults', { status: 503 }],
    [
      400,
      'invalid_request',
      '`status` must be a status from 200 to 599',
      'POST /faults',
      { path: '/', status: 99 },
    ],
    [
      400,
      'invalid_request',
      '`times` must be a whole number greater than 0, or "always"',
      'POST /faults',
      { path: '/', status: 503, times: 0 },
    ],
    [400, 'invalid_request', '`url` must be a URL', 'POST /subscriptions', { url: '/webhooks' }],
    [
      400,
      'invalid_request',
      '`secret` must be whsec_ and the base64 of',
      'POST /subscriptions',
      { url: 'http://a.example', secret: 'x' },
    ],
    [
      400,
      'invalid_request',
      '`type` must be a documented event type',
      'POST /deliveries',
      { type: 'user.gone' },
    ],
    [
      400,
      'invalid_request',
      '`faults.tamper` must be "body"',
      'POST /deliveries',
      { type: 'user.login', faults: { tamper: 'x' } },
    ],
    [
      400,
      'invalid_request',
      '`authorizationUrl` must begin with',
      'POST /sign-ins',
      { email: 'ada@acme.example', authorizationUrl: 'http://localhost/' },
    ],
    [
      400,
      'invalid_request',
      'This sign-in cannot start. http://evil.example/',
      'POST /sign-ins',
      { email: 'ada@acme.example', redirectUri: 'http://evil.example/' },
    ],
    [400, 'invalid_request', '`version` must be 1', 'PUT /state', { version: 2 }],
    [400, 'invalid_request', 'The path is malformed', 'GET /organizations/%ff', undefined],
  ])('is %i %s: %s', async (status, code, description, call, body) => {
    const emulator = await emulate()
    const answer = await ask(emulator, call, body)
    expect(answer).toMatchObject({
      status,
      body: { error: code, error_description: expect.stringContaining(description) },
    })
    expect(emulator.organizations.map(({ people }) => people.length)).toEqual([5, 4])
  })
})

function pathOf(path: string): string {
  return path.replace('/emulator', '').replaceAll(/[{}]/g, '')
}

function person(organizationId: string, email = 'joan@acme.example') {
  return { organizationId, email, name: 'Joan Clarke' }
}
