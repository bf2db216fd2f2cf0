import { describe, expect, it, onTestFinished } from 'vitest'
import { PermanentError, type StateStore } from '../src/index.ts'
import { postgresStore } from '../src/postgres.ts'
import { redisStore } from '../src/redis.ts'
import { hasPostgres, startPostgres } from './support/postgres.ts'
import { hasRedis, startRedis } from './support/redis.ts'
import { runCli } from './support/run-cli.ts'
import { start } from './support/start.ts'
import { deliver, webhookSecret } from './support/webhook.ts'

interface Place {
  readonly store: StateStore
  readonly env: Readonly<Record<string, string>>
}

const places: readonly [name: string, isHere: boolean, open: () => Promise<Place>][] = [
  [
    'Redis',
    hasRedis,
    async () => {
      const redis = await startRedis()
      onTestFinished(() => redis.close())
      const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}` }
      return { store: redisStore(redis.client), env }
    },
  ],
  [
    'PostgreSQL',
    hasPostgres,
    async () => {
      const postgres = await startPostgres()
      onTestFinished(() => postgres.close())
      const { host, user, database } = postgres.address
      const env = {
        DATABASE_URL: `postgres://${user}@/${database}?host=${encodeURIComponent(host)}`,
      }
      return { store: postgresStore(postgres.pool), env }
    },
  ],
]

/** An application whose handler gives up until it is mended. */
async function application({ store, env }: Place) {
  let isBroken = true
  const handled: string[] = []
  const served = await start({
    options: {
      store,
      webhooks: {
        secret: webhookSecret,
        onDirectoryUserCreated(_event, { deliveryId }) {
          if (isBroken) throw new PermanentError('a user without a name')
          handled.push(deliveryId)
        },
      },
    },
  })
  const to = ['--to', `${served.url}/webhooks`]
  return {
    ...served,
    to,
    handled,
    mend() {
      isBroken = false
    },
    run: (...args: readonly string[]) =>
      runCli(args, { ...env, SCALEKIT_WEBHOOK_SECRET: webhookSecret }),
  }
}

describe.each(places)('the dead letters of an application with %s', (_name, isHere, open) => {
  it.skipIf(!isHere)(
    'are listed, shown, and replayed by their id',
    async () => {
      const { url, auth, run, to, handled, mend } = await application(await open())
      expect(await run('dead-letters')).toMatchObject({
        code: 1,
        errors: expect.stringContaining('No application has used'),
      })
      await deliver(url, { id: 'msg_one' }).expect(201)
      await deliver(url, { id: 'msg_two' }).expect(201)

      const listed = await run('dead-letters')
      expect(
        listed.text
          .trim()
          .split('\n')
          .map((line) => line.split('\t')),
      ).toEqual([
        [
          'msg_one',
          expect.stringMatching(/^2\d{3}-.*Z$/),
          'attempt 1',
          'webhook_given_up',
          'organization.directory.user_created',
        ],
        [
          'msg_two',
          expect.any(String),
          'attempt 1',
          'webhook_given_up',
          'organization.directory.user_created',
        ],
      ])
      const shown = JSON.parse((await run('dead-letters', 'msg_one')).text)
      expect(shown).toMatchObject({
        deliveryId: 'msg_one',
        event: { data: { email: expect.any(String) } },
      })

      expect(await run('replay', 'msg_one', ...to)).toMatchObject({
        code: 1,
        text: 'msg_one 201 given-up\n',
      })
      expect(await auth.webhooks.deadLetters()).toHaveLength(2)
      mend()
      expect(await run('replay', 'msg_one', ...to)).toMatchObject({
        code: 0,
        text: 'msg_one 201 handled\n',
      })
      expect(handled).toEqual(['msg_one'])
      expect((await auth.webhooks.deadLetters()).map(({ deliveryId }) => deliveryId)).toEqual([
        'msg_two',
      ])
      expect(await run('replay', 'msg_one', ...to)).toMatchObject({ code: 1 })
      expect(handled).toEqual(['msg_one'])
    },
    60_000,
  )
})

describe('express-scalekit replay says what is wrong:', () => {
  const env = { REDIS_URL: 'redis://127.0.0.1:1', SCALEKIT_WEBHOOK_SECRET: webhookSecret }
  const to = ['--to', 'http://localhost:3000/webhooks']

  it.each<[string, readonly string[], object, RegExp]>([
    ['no id', ['replay', ...to], env, /The id is missing/],
    ['no endpoint', ['replay', 'msg_1'], env, /--to is missing/],
    [
      'no secret',
      ['replay', 'msg_1', ...to],
      { ...env, SCALEKIT_WEBHOOK_SECRET: '' },
      /SCALEKIT_WEBHOOK_SECRET/,
    ],
    [
      'a secret on the command line',
      ['replay', 'msg_1', ...to, '--secret', 'x'],
      env,
      /instead of --secret/,
    ],
    ['no store', ['replay', 'msg_1', ...to], { ...env, REDIS_URL: '' }, /The store is missing/],
    ['two ids to show', ['dead-letters', 'msg_1', 'msg_2'], env, /no further argument: msg_2/],
  ])('%s', async (_what, args, variables, message) => {
    const { code, errors } = await runCli(args, variables as Record<string, string>)
    expect(code).toBe(2)
    expect(errors.trim().split('\n').at(-1)).toMatch(message)
  })
})
