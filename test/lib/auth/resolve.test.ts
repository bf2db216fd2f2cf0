import { describe, expect, it, vi } from 'vitest'
import {
  type Authorization,
  type AuthorizationResolve,
  askApplication,
} from '../../../src/lib/auth/resolve.ts'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import { ada } from '../identities.ts'

describe('askApplication', () => {
  it('shows the application who it is about, why it is asked, and the access token', async () => {
    const resolve = vi.fn<AuthorizationResolve>(() => ({}))
    await askApplication(resolve, ada(), { reason: 'sign-in', accessToken: 'a token' })
    await askApplication(resolve, ada(), { reason: 'event' })
    expect(resolve.mock.calls).toEqual([
      [ada(), { reason: 'sign-in', accessToken: 'a token' }],
      [ada(), { reason: 'event' }],
    ])
  })

  it('keeps the key of the tokens to itself', async () => {
    const resolve = vi.fn<AuthorizationResolve>(() => ({}))
    await askApplication(resolve, ada({ tokenKey: 'half of a key' }), { reason: 'age' })
    expect(JSON.stringify(resolve.mock.calls)).not.toContain('half of a key')
  })

  it.each<[string, Authorization]>([
    ['nothing', {}],
    ['roles', { roles: ['editor'] }],
    ['no roles', { roles: [] }],
    [
      'everything',
      { roles: ['a'], permissions: ['b:read'], scopes: ['c'], claims: { plan: { name: 'pro' } } },
    ],
  ])('answers %s where the application named that', async (_case, answer) => {
    expect(await ask(async () => answer)).toEqual({ status: 'answered', ...answer })
  })

  it('takes a member that is undefined for one that is left out', async () => {
    const answer = { roles: undefined, claims: undefined, deny: undefined }
    expect(Object.keys(await ask(() => answer))).toEqual(['status'])
  })

  it('answers a copy that the application cannot change', async () => {
    const roles = ['editor']
    const claims = { groups: ['Engineering'], since: new Date(0) }
    const answer = await ask(() => ({ roles, claims }))
    roles.push('admin')
    claims.groups.push('Board')
    expect(answer).toEqual({
      status: 'answered',
      roles: ['editor'],
      claims: { groups: ['Engineering'], since: '1970-01-01T00:00:00.000Z' },
    })
    expect(Object.isFrozen(answer)).toBe(true)
  })

  it.each(['left the company', ''])('answers a refusal with the reason %j', async (deny) => {
    const denied = { status: 'denied', reason: deny }
    expect(await ask(() => ({ deny, roles: ['admin'] }))).toEqual(denied)
  })

  const circular: Record<string, unknown> = {}
  circular.self = circular

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['a string', 'admin'],
    ['an array', ['admin']],
    ['a Map', new Map([['roles', ['admin']]])],
    ['an Error', new Error('no such user')],
    ['a misspelled member', { role: ['admin'] }],
    ['a role that is no array', { roles: 'admin' }],
    ['an empty role', { roles: [''] }],
    ['a number among roles', { roles: ['admin', 5] }],
    ['null for roles', { roles: null }],
    ['permissions that are no array', { permissions: { read: true } }],
    ['scopes in one string', { scopes: 'openid email' }],
    ['claims that are an array', { claims: ['plan'] }],
    ['claims that are a Map', { claims: new Map() }],
    ['claims that JSON has not', { claims: { id: 1n } }],
    ['claims that hold themselves', { claims: circular }],
    ['a refusal that is no string', { deny: true }],
    ['a refusal that is false', { deny: false }],
  ])('is an outage on the answer of %s', async (_case, answer) => {
    await expect(ask(() => answer as never)).rejects.toMatchObject({
      name: 'ScalekitError',
      code: 'authorization_unavailable',
      status: 503,
      message: expect.stringMatching(/^`authorization.resolve` /),
    })
  })

  it('names what is wrong, but no value', async () => {
    const answer = { roles: ['ada@acme.example', 5] }
    const error: Error = await ask(() => answer as never).catch((it) => it)
    expect(error.message).toBe(
      '`authorization.resolve` must return an array of non-empty strings as `roles`',
    )
  })

  it.each<[string, AuthorizationResolve]>([
    [
      'throws',
      () => {
        throw new Error('the database is down')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('the database is down'))],
    [
      'returns what throws when it is read',
      () => ({
        get roles(): string[] {
          throw new Error('the database is down')
        },
      }),
    ],
  ])('is an outage when the application %s', async (_case, resolve) => {
    await expect(ask(resolve)).rejects.toMatchObject({
      code: 'authorization_unavailable',
      cause: { message: 'the database is down' },
    })
  })

  it('is an outage, too, when the application throws an error of ours', async () => {
    const resolve = () => {
      throw new ScalekitError('token_unavailable', 'there is none')
    }
    await expect(ask(resolve)).rejects.toMatchObject({
      code: 'authorization_unavailable',
      status: 503,
      cause: { code: 'token_unavailable' },
    })
  })

  it.each([
    ['five seconds', undefined, 5000],
    ['what the caller gives it', 1200, 1200],
  ])('waits %s for an answer', async (_case, timeoutMs, expected) => {
    vi.useFakeTimers()
    try {
      const given = vi.fn()
      const request = { reason: 'age', ...(timeoutMs === undefined ? {} : { timeoutMs }) } as const
      askApplication(() => new Promise(() => {}), ada(), request).catch(given)
      await vi.advanceTimersByTimeAsync(expected - 1)
      expect(given).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      const error = expect.objectContaining({ code: 'authorization_unavailable' })
      expect(given).toHaveBeenCalledWith(error)
    } finally {
      vi.useRealTimers()
    }
  })
})

function ask(resolve: AuthorizationResolve) {
  return askApplication(resolve, ada(), { reason: 'sign-in' })
}
