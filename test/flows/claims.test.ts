import { describe, expect, it } from 'vitest'
import type { LoginAttempt, SessionOptions } from '../../src/index.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'

const ada = 'ada@acme.example'
const groups = Array.from({ length: 200 }, (_, at) => `00000000-0000-4000-8000-${1000 + at}`)

describe('a claim that session.claims names is kept', () => {
  it.each([
    ['of the access token', { plan: 'team' }, {}],
    ['of its custom_claims', { custom_claims: { plan: 'team' } }, {}],
    ['of the ID token', {}, { plan: 'team' }],
    ['of the access token before custom_claims', both('plan'), {}],
    ['of custom_claims before the ID token', { custom_claims: { plan: 'team' } }, { plan: 'free' }],
  ])('%s', async (_where, accessToken, idToken) => {
    expect(await claimsAfter({ accessToken, idToken }, { claims: ['plan'] })).toEqual({
      ...profile,
      plan: 'team',
    })
  })
})

it('a claim of the standard profile is the ID token’s, whatever the access token says', async () => {
  const custom_claims = { name: 'Mallory', email: 'mallory@evil.example', locale: 'xx' }
  const accessToken = { custom_claims, name: 'Eve' }
  expect(await claimsAfter({ accessToken, idToken: { locale: 'en' } })).toEqual({
    ...profile,
    locale: 'en',
  })
})

it('a claim about a token or a sign-in is the ID token’s, whatever an interceptor writes', async () => {
  let seen: LoginAttempt['identity']['claims'] = {}
  const custom_claims = { oid: 'org_evil', sub: 'usr_evil', amr: ['conn_evil'], sid: 'ses_evil' }
  await signInWith(
    { idToken: { acr: 'high' }, accessToken: { custom_claims, acr: 'low' } },
    {
      login: {
        onLogin({ identity }: LoginAttempt) {
          seen = identity.claims
        },
      },
    },
  )
  expect(seen).toMatchObject({ oid: expect.stringMatching(/^org_\d/), acr: 'high' })
  expect(JSON.stringify({ ...seen, custom_claims: undefined })).not.toContain('evil')
})

it('a claim that nothing names is not kept, and a debug line says so', async () => {
  const { log, claims } = await signInWith({ idToken: { groups, department: 'R&D' } })
  expect(claims).toEqual(profile)
  expect(log.join('\n')).toMatch(/not kept, as `session\.claims` does not name them: .*groups/)
})

it.each([
  ['an encrypted cookie', {}],
  ['the claim named and large', { claims: ['department'] }],
])('two hundred groups stop no sign-in: %s', async (_case, session) => {
  const { status } = await signInWith({ idToken: { groups } }, { session })
  expect(status).toBe(302)
})

it.skipIf(isExpressSession)(
  'groups that are named and do not fit are refused, and the error names them',
  async () => {
    const { status, log } = await signInWith(
      { idToken: { groups } },
      { session: { claims: ['groups'] } },
    )
    expect(status).toBe(500)
    expect(log.join('\n')).toMatch(/session_too_large: .*claims\.groups/s)
  },
)

it('onLogin sees every verified claim of both tokens, and what it keeps is enough', async () => {
  let seen: LoginAttempt['identity']['claims'] = {}
  const { user, claims } = await signInWith(
    { idToken: { groups }, accessToken: { region: 'eu', custom_claims: { plan: 'team' } } },
    {
      login: {
        onLogin({ identity }: LoginAttempt) {
          seen = identity.claims
          return { user: { groups: (identity.claims.groups as string[]).length } }
        },
      },
    },
  )
  expect(seen).toMatchObject({ groups, region: 'eu', plan: 'team', name: 'Ada Lovelace' })
  expect(user).toMatchObject({ groups: 200 })
  expect(claims).toEqual(profile)
})

it('a member called __proto__ is no claim and changes no object', async () => {
  const polluted = JSON.parse(
    '{"__proto__":{"plan":"root"},"custom_claims":{"__proto__":{"plan":"root"}}}',
  )
  const tokens = { accessToken: polluted, idToken: polluted }
  expect(await claimsAfter(tokens, { claims: ['plan'] })).toEqual(profile)
  expect(({} as { plan?: string }).plan).toBeUndefined()
})

it('__proto__ cannot be named', async () => {
  await expect(start({ options: { session: { claims: ['plan', '__proto__'] } } })).rejects.toThrow(
    '`session.claims` must not contain "__proto__"',
  )
})

it.each(['iss', 'sub', 'exp', 'sid'])(
  '%s, which is about a token, cannot be named',
  async (name) => {
    await expect(start({ options: { session: { claims: [name] } } })).rejects.toThrow(
      `\`session.claims\` must not contain "${name}", which is about a token and not about the user`,
    )
  },
)

const profile = { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' }

interface Tokens {
  readonly idToken?: Record<string, unknown>
  readonly accessToken?: Record<string, unknown>
}

function both(name: string) {
  return { [name]: 'team', custom_claims: { [name]: 'free' } }
}

async function claimsAfter(tokens: Tokens, session: SessionOptions = {}): Promise<unknown> {
  return (await signInWith(tokens, { session })).claims
}

async function signInWith({ idToken = {}, accessToken = {} }: Tokens, options: object = {}) {
  const { emulator, visitor, log } = await start({ options })
  emulator.fail({ idToken })
  emulator.fail({ accessToken })
  const browser = visitor()
  const { status } = await browser.trySignIn('/login?domain=acme.example', ada)
  const { body } = await browser.call('/app')
  return { status, log, claims: body.claims, user: body.user }
}
