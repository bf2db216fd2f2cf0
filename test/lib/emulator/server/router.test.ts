import { describe, expect, it } from 'vitest'
import { emulate } from '../emulate.ts'
import { acmeId } from '../rest/api.ts'

const directory = '/emulator/directories/dir_69615647365005432'

describe('a path', () => {
  it.each([
    ['GET', '/keys/'],
    ['GET', '/KEYS'],
    ['GET', '/xwell-known/openid-configuration'],
    ['GET', '/magicLink'],
    ['GET', '/api/v1'],
  ])('is compared to the letter: %s %s is not emulated', async (method, path) => {
    expect(await answerTo(method, path)).toEqual([
      501,
      { error: 'not_emulated', error_description: `not emulated: ${method} ${path}` },
    ])
  })

  it.each([
    ['GET', `${directory}/users/a/b`],
    ['GET', `${directory}//`],
    ['PUT', `${directory}/groups/a/members`],
    ['GET', '/emulator'],
    ['GET', '/emulator/'],
    ['POST', '/emulator/Health'],
  ])('of the emulator itself that is not there is 404: %s %s', async (method, path) => {
    expect(await answerTo(method, path)).toEqual([
      404,
      {
        error: 'not_found',
        error_description: `The emulator has no path ${path}: see examples/emulator/README.md`,
      },
    ])
  })

  it('is compared without its query', async () => {
    expect((await answerTo('GET', '/keys?keys=/'))[0]).toBe(200)
  })

  it.each([
    ['GET', directory, 200],
    ['GET', `${directory}/`, 200],
    ['GET', '/emulator/directories/', 404],
    ['GET', '/emulator/directories//users', 404],
    ['DELETE', `${directory}/users/`, 404],
    ['GET', '/magicLink/', 400],
    ['GET', '/magicLink/session/a', 400],
  ])('holds what it is about, or nothing: %s %s is %i', async (method, path, status) => {
    expect((await answerTo(method, path))[0]).toBe(status)
  })

  it.each([
    `/organizations/`,
    `/organizations:external/`,
    `/organizations/${acmeId}/connections/:enable`,
  ])('of the management API has no empty id: %s', async (path) => {
    const [status, body] = await answerTo('PATCH', `/api/v1${path}`)
    expect([status, body]).toMatchObject([501, { message: `not emulated: PATCH /api/v1${path}` }])
  })
})

describe('another method', () => {
  it.each([
    ['HEAD', '/keys', 'GET'],
    ['OPTIONS', '/keys', 'GET'],
    ['PUT', '/keys', 'GET'],
    ['PUT', directory, 'GET, POST'],
    ['POST', `${directory}/groups/a`, 'PATCH, DELETE'],
    ['PUT', '/magicLink/a', 'GET, POST'],
    ['GET', '/emulator/keys/rotate', 'POST'],
    ['POST', '/emulator/faults/flt_1', 'DELETE'],
  ])('is 405 and names those that there are: %s %s', async (method, path, allow) => {
    const answer = await fetch((await emulate()).url + path, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
  })

  it.each([
    ['PUT', '/api/v1/organizations'],
    ['POST', '/api/v1/connections'],
    ['PUT', `/api/v1/organizations/${acmeId}`],
    ['GET', '/api/v1/'],
  ])('of the management API is its own 501, without a token: %s %s', async (method, path) => {
    const [status, body] = await answerTo(method, path)
    expect([status, body]).toMatchObject([
      501,
      { code: 12, message: `not emulated: ${method} ${path}` },
    ])
  })
})

async function answerTo(method: string, path: string) {
  const answer = await fetch((await emulate()).url + path, { method })
  const isJson = answer.headers.get('content-type') === 'application/json'
  return [answer.status, isJson ? await answer.json() : await answer.text()]
}
