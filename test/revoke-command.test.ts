import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateStore } from '../src/index.ts'
import { postgresStore } from '../src/postgres.ts'
import { redisStore } from '../src/redis.ts'
import { eventually } from './support/eventually.ts'
import { hasPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { hasRedis, type Redis, startRedis } from './support/redis.ts'
import { runCli as run } from './support/run-cli.ts'
import { start } from './support/start.ts'
import type { Visitor } from './support/visitor.ts'

describe.skipIf(!hasRedis)('express-scalekit revoke --all, for a Redis', () => {
  let redis: Redis
  let url: string
  beforeAll(async () => {
    redis = await startRedis()
    url = `redis://127.0.0.1:${redis.port}`
  })
  afterAll(() => redis.close())

  it.each<[string, string[], (url: string) => Record<string, string>]>([
    ['of the variable', [], (REDIS_URL) => ({ REDIS_URL })],
    ['of the option', ['--redis'], () => ({})],
  ])('%s begins an epoch that is not the first', async (_which, flags, env) => {
    const store = redisStore(redis.client)
    const before = await epochOf(store)
    const options = flags.flatMap((flag) => [flag, url])
    const { code, text } = await run(['revoke', '--all', ...options], env(url))
    expect([code, text]).toEqual([
      0,
      'All sessions in Redis with the prefix "scalekit:" are over: every user has to sign in again.\n',
    ])
    const after = await epochOf(store)
    expect(after.id).not.toBe(before.id)
    expect(after.isFirst).toBe(false)
  })

  it('says so where no application has used the prefix, and leaves nothing there', async () => {
    const args = ['revoke', '--all', '--prefix', 'misspelled:']
    const { code, errors } = await run(args, { REDIS_URL: url })
    expect([code, errors]).toEqual([
      1,
      'No application has used Redis with the prefix "misspelled:": are --prefix and --schema right?\n',
    ])
    expect(await redis.client.exists('misspelled:marks')).toBe(0)
  })
})

describe.skipIf(!hasPostgres)('express-scalekit revoke --all, for a PostgreSQL', () => {
  let postgres: Postgres
  let url: string
  beforeAll(async () => {
    postgres = await startPostgres()
    const { host, user, database } = postgres.address
    url = `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`
  })
  afterAll(() => postgres.close())

  it('begins an epoch in the schema that is named', async () => {
    const [ours, others] = ['ours', 'others'].map((schema) =>
      postgresStore(postgres.pool, { schema }),
    )
    const before = [await epochOf(ours!), await epochOf(others!)]
    const env = { DATABASE_URL: url, REDIS_URL: 'redis://127.0.0.1:1' }
    const { code } = await run(['revoke', '--all', '--schema', 'ours'], env)
    expect(code).toBe(0)
    expect((await epochOf(ours!)).id).not.toBe(before[0]!.id)
    expect(await epochOf(others!)).toEqual(before[1])
  })

  it('says so where no application has used the schema, and makes none', async () => {
    const args = ['revoke', '--all', '--schema', 'misspelled']
    const { code, errors } = await run(args, { DATABASE_URL: url })
    expect([code, errors.includes('No application has used')]).toEqual([1, true])
    const found = "select 1 from pg_namespace where nspname = 'misspelled'"
    expect((await postgres.pool.query(found)).rows).toEqual([])
  })
})

describe.skipIf(!hasRedis)('express-scalekit revoke, for a target', () => {
  let redis: Redis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.close())

  /** Ada and Grace are signed in to an application whose store is this Redis. */
  async function twoPeople() {
    await redis.client.flushAll()
    const application = await start({ options: { store: redisStore(redis.client) } })
    const { emulator, visitor } = application
    const { environmentUrl, clientId, clientSecret } = emulator.options
    const env = {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      SCALEKIT_ENVIRONMENT_URL: environmentUrl,
      SCALEKIT_CLIENT_ID: clientId,
      SCALEKIT_CLIENT_SECRET: clientSecret,
    }
    async function signedIn(email: string) {
      const browser = visitor()
      await browser.signIn('/login?domain=acme.example', email)
      const { body } = await browser.call('/app').expect(200)
      const { id: sid } = emulator.sessions.at(-1)!
      return { browser, sid, email, userId: body.user.id, ...body }
    }
    const ada = await signedIn('ada@acme.example')
    const grace = await signedIn('grace@acme.example')
    return { ...application, ada, grace, env }
  }

  async function expectOut(browser: Visitor) {
    await eventually(async () => void (await browser.call('/app').expect(401)))
  }

  type Person = Awaited<ReturnType<typeof twoPeople>>['ada']

  it.each<[string, (ada: Person) => string[]]>([
    [
      'a user in an organization',
      ({ userId, organizationId }) => ['--user', userId, '--organization', organizationId],
    ],
    ['a session at Scalekit', ({ sid }) => ['--sid', sid]],
    ['a session of the application', ({ sessionId }) => ['--session', sessionId]],
    [
      'an email address',
      ({ email, organizationId }) => ['--email', email, '--organization', organizationId],
    ],
  ])('that is %s ends its sessions and no other, and none at Scalekit', async (_what, flags) => {
    const { ada, grace, env, emulator } = await twoPeople()
    const { code, text } = await run(['revoke', ...flags(ada)], env)
    expect([code, text]).toEqual([0, expect.stringMatching(/^The sessions of this .* are over/)])
    await expectOut(ada.browser)
    await grace.browser.call('/app').expect(200)
    expect(emulator.sessions.map(({ isOver }) => isOver)).toEqual([false, false])
  })

  it('that is an organization ends those of all of its users', async () => {
    const { ada, grace, env } = await twoPeople()
    const { code } = await run(['revoke', '--organization', ada.organizationId], env)
    expect(code).toBe(0)
    await expectOut(ada.browser)
    await expectOut(grace.browser)
  })

  it.each<[string, (ada: Person) => string[]]>([
    ['a user', ({ userId }) => ['--user', userId]],
    ['a session', ({ sid }) => ['--sid', sid]],
  ])('that is %s ends with --at-scalekit there, too', async (_what, flags) => {
    const { ada, grace, env, emulator } = await twoPeople()
    const { code, text } = await run(['revoke', ...flags(ada), '--at-scalekit'], env)
    expect([code, text]).toEqual([0, expect.stringMatching(/, and at Scalekit\.\n$/)])
    await expectOut(ada.browser)
    await grace.browser.call('/app').expect(200)
    expect(emulator.sessions.map(({ isOver }) => isOver)).toEqual([true, false])
  })

  it('ends its sessions though Scalekit fails, and says so', async () => {
    const { ada, env, emulator } = await twoPeople()
    const path = `/api/v1/users/${ada.userId}/sessions/revoke`
    emulator.fail({ path, status: 403, times: Number.POSITIVE_INFINITY })
    const { code, errors, text } = await run(['revoke', '--user', ada.userId, '--at-scalekit'], env)
    expect([code, text]).toEqual([1, ''])
    expect(errors).toMatch(/^The sessions ended here, but not at Scalekit/)
    await expectOut(ada.browser)
  })

  it('needs the variables of the application, without which no session ends', async () => {
    const { ada, env } = await twoPeople()
    const args = ['revoke', '--user', ada.userId, '--at-scalekit']
    const { code, errors } = await run(args, { ...env, SCALEKIT_CLIENT_SECRET: '' })
    expect(code).toBe(2)
    expect(errors).toMatch(/^SCALEKIT_CLIENT_SECRET is missing: set the variables/m)
    await ada.browser.call('/app').expect(200)
  })

  it('ends the users of the issuer that is named, and no others', async () => {
    const { ada, grace, env, emulator } = await twoPeople()
    const elsewhere = { ...env, SCALEKIT_ENVIRONMENT_URL: 'https://other.example' }
    expect((await run(['revoke', '--user', ada.userId], elsewhere)).code).toBe(0)
    const args = ['revoke', '--user', grace.userId, '--issuer', emulator.url]
    expect((await run(args, elsewhere)).code).toBe(0)
    // By then, the first of the two is known as well.
    await expectOut(grace.browser)
    await ada.browser.call('/app').expect(200)
  })
})

describe('express-scalekit revoke says what is wrong:', () => {
  const urls = { REDIS_URL: 'redis://127.0.0.1:1', DATABASE_URL: 'postgres://127.0.0.1:1/x' }

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no target', ['revoke'], urls, /^Say whose sessions: --user, .* or --all/],
    ['a target beside --all', ['revoke', '--all', '--user', 'usr_1'], urls, /cannot be combined/],
    ['a word', ['revoke', 'usr_1'], urls, /takes no further argument: usr_1/],
    [
      'an address alone',
      ['revoke', '--email', 'ada@acme.example'],
      urls,
      /no target consists of `email`/,
    ],
    ['an empty user', ['revoke', '--user', ''], urls, /`userId` must be a non-empty string/],
    [
      'an organization by an id of the application',
      ['revoke', '--organization', 'acme'],
      urls,
      /must be Scalekit’s id, org_…/,
    ],
    [
      '--at-scalekit with --all',
      ['revoke', '--all', '--at-scalekit'],
      urls,
      /^--at-scalekit cannot be combined with --all/,
    ],
    ['no environment', ['revoke', '--user', 'usr_1'], urls, /^SCALEKIT_ENVIRONMENT_URL is missing/],
    ...[
      ['--organization', 'org_1'],
      ['--user', 'conn_1;00u-ada'],
    ].map((flags): [string, string[], Record<string, string>, RegExp] => [
      `--at-scalekit with ${flags.join(' ')}`,
      ['revoke', ...flags, '--at-scalekit'],
      urls,
      /^--at-scalekit needs --user usr_… or --sid ses_…/,
    ]),
    ['no store', ['revoke', '--all'], {}, /The store is missing: set REDIS_URL or DATABASE_URL/],
    ['two stores', ['revoke', '--all'], urls, /are both set: name the prefix .* or the schema/],
    [
      'two options',
      ['revoke', '--all', '--redis', 'redis://a', '--postgres', 'postgres://b'],
      {},
      /not both/,
    ],
    [
      'a password on the command line',
      ['revoke', '--all', '--redis', 'redis://:hunter2@127.0.0.1'],
      {},
      /^Set REDIS_URL instead of --redis/m,
    ],
    ['no URL', ['revoke', '--all', '--redis', 'local'], {}, /--redis must be a URL/],
  ])('%s', async (_what, args, env, message) => {
    const { code, errors } = await run(args, env)
    expect(code).toBe(2)
    expect(errors.trim().split('\n').at(-1)).toMatch(message)
    expect(errors).not.toContain('hunter2')
  })

  it('a store that does not answer', async () => {
    const { code, errors } = await run(['revoke', '--all'], { REDIS_URL: urls.REDIS_URL })
    expect(code).toBe(1)
    expect(errors).toContain('ECONNREFUSED')
  })
})

async function epochOf({ revocations }: StateStore) {
  return (await revocations.since()).epoch!
}
