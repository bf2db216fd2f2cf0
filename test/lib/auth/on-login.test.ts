import { describe, expect, it } from 'vitest'
import { decide, type LoginAttempt, type OnLogin } from '../../../src/lib/auth/on-login.ts'
import { neverAnswered } from '../../support/never-answered.ts'
import { ada, tokens } from '../identities.ts'
import { requestWith } from '../requests.ts'

describe('decide', () => {
  it('lets everybody in where nobody has a say', async () => {
    expect(await decide(undefined, attempt)).toEqual({})
  })

  it('shows the application who is about to be let in', async () => {
    let seen: LoginAttempt | undefined
    await decide((given) => {
      seen = given
    }, attempt)
    expect(seen).toBe(attempt)
  })

  it.each<[string, OnLogin]>([
    ['nothing', () => {}],
    ['undefined, later', async () => undefined],
    ['null', () => null as never],
  ])('takes %s for a welcome', async (_case, onLogin) => {
    expect(await decide(onLogin, attempt)).toEqual({})
  })

  it('answers what the application wants kept and where it sends the user', async () => {
    const decision = { user: { plan: 'pro' }, returnTo: '/welcome' }
    expect(await decide(async () => decision, attempt)).toEqual(decision)
  })

  it('refuses with a message for the visitor, and keeps the reason for the log', async () => {
    const deny = { reason: 'seats: 5 of 5', message: 'All seats are taken.' }
    const error = await decide(() => ({ deny }), attempt).catch((it) => it)
    expect(error).toMatchObject({ code: 'login_denied', visitorMessage: 'All seats are taken.' })
    expect([error.message, error.cause.message]).toEqual([
      'onLogin refused the sign-in',
      'seats: 5 of 5',
    ])
    const plain = await decide(() => ({ deny: 'seats: 5 of 5' }), attempt).catch((it) => it)
    expect(plain.visitorMessage).toBeUndefined()
  })

  it.each([
    {},
    { reason: 'left' },
    { message: '' },
    { message: 5 },
    { message: 'a'.repeat(501) },
    { message: 'No.', reason: 5 },
    { message: 'No.', code: 'left' },
  ])('lets no user in by the denial %j, which says nothing or too much', async (deny) => {
    await expect(decide(() => ({ deny }) as object, attempt)).rejects.toMatchObject({
      code: 'on_login_failed',
    })
  })

  it.each(['not on the list', ''])('refuses with the reason %j', async (deny) => {
    await expect(decide(() => ({ deny }), attempt)).rejects.toMatchObject({
      name: 'LoginError',
      code: 'login_denied',
      status: 403,
    })
  })

  it('keeps the reason for the log', async () => {
    const error: Error = await decide(() => ({ deny: 'unknown' }), attempt).catch((it) => it)
    expect(error.message).not.toContain('unknown')
    expect(error.cause).toMatchObject({ message: 'unknown' })
  })

  it.each([[false], [true], ['no'], [0], [[]], [() => {}]])(
    'lets nobody in on the answer %o',
    async (answer) => {
      await expect(decide(() => answer as never, attempt)).rejects.toMatchObject({
        code: 'on_login_failed',
        status: 503,
      })
    },
  )

  it('lets nobody in on a refusal that is misspelled', async () => {
    const answer = { denied: 'not on the list' }
    await expect(decide(() => answer as never, attempt)).rejects.toMatchObject({
      code: 'on_login_failed',
      message: expect.stringContaining('"denied"'),
    })
  })

  const circular: Record<string, unknown> = {}
  circular.self = circular

  it.each<[string, unknown]>([
    ['a text', 'ada'],
    ['a list', ['ada']],
    ['a number that JSON has not', { id: 1n }],
    ['something that holds itself', circular],
  ])('lets nobody in with %s to keep', async (_case, user) => {
    await expect(decide(() => ({ user }) as never, attempt)).rejects.toMatchObject({
      code: 'on_login_failed',
      hint: expect.any(String),
    })
  })

  it.each<[string, OnLogin]>([
    [
      'throws',
      () => {
        throw new Error('the database is down')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('the database is down'))],
  ])('lets nobody in when the application %s', async (_case, onLogin) => {
    await expect(decide(onLogin, attempt)).rejects.toMatchObject({
      code: 'on_login_failed',
      status: 503,
      cause: { message: 'the database is down' },
    })
  })

  it('lets nobody in when the application never answers', async () => {
    await neverAnswered(() => decide(() => new Promise(() => {}), attempt), 'on_login_failed')
  })
})

const attempt: LoginAttempt = {
  identity: ada(),
  tokens: tokens(),
  req: requestWith(),
  returnTo: '/app',
}
