import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealer } from '../../src/lib/ground/seal.ts'
import { Secret } from '../../src/lib/ground/secret.ts'
import { postgresStore } from '../../src/postgres.ts'
import { redisStore, type StateStore } from '../../src/redis.ts'
import type { Application } from '../support/application.ts'
import { startApplication } from '../support/application.ts'
import { hasPostgres, startPostgres } from '../support/postgres.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { type Wiretap, wiretap } from '../support/wiretap.ts'

const people = ['ada@acme.example', 'grace@acme.example', 'alan@acme.example']
const home = '/login?domain=acme.example'
const cookieName = 'scalekit-session'
const secret = 'the secret of these tests, which was stolen, too'
const replaced = 'the secret before it, which the thief has as well'

/** A database, and all that is in it as text. */
interface Copied {
  readonly store: StateStore
  copy(): Promise<string>
  close(): Promise<void>
}

async function copiedRedis(): Promise<Copied> {
  const redis = await startRedis()
  return {
    store: redisStore(redis.client),
    async copy() {
      const keys = await redis.client.keys('*')
      const values = await Promise.all(keys.map((key) => contentOf(redis.client, key)))
      return JSON.stringify(keys.map((key, at) => [key, values[at]]))
    },
    close: redis.close,
  }
}

async function contentOf(client: Redis['client'], key: string): Promise<unknown> {
  const commands: Readonly<Record<string, string[]>> = {
    string: ['GET', key],
    hash: ['HGETALL', key],
    stream: ['XRANGE', key, '-', '+'],
    zset: ['ZRANGE', key, '0', '-1'],
  }
  return client.sendCommand(commands[await client.type(key)]!)
}

async function copiedPostgres(): Promise<Copied> {
  const { pool, close } = await startPostgres()
  const schema = `copied ${randomUUID()}`
  return {
    store: postgresStore(pool, { schema }),
    async copy() {
      const named =
        'select table_name as name from information_schema.tables where table_schema = $1'
      const { rows: tables } = await pool.query(named, [schema])
      const rows = await Promise.all(
        tables.map(({ name }) =>
          pool.query(`select row_to_json(each)::text as row from "${schema}"."${name}" as each`),
        ),
      )
      return JSON.stringify(rows.map((each) => each.rows))
    },
    close,
  }
}

describe.each([
  ['Redis', hasRedis, copiedRedis],
  ['PostgreSQL', hasPostgres, copiedPostgres],
] as const)('a copy of %s', (_name, isThere, startCopied) => {
  describe.skipIf(!isThere)('with live sessions in it', () => {
    let copied: Copied
    let application: Application
    let tap: Wiretap
    let copy: string
    const cookies: string[] = []

    beforeAll(async () => {
      copied = await startCopied()
      tap = wiretap()
      application = await startApplication({
        options: {
          store: copied.store,
          secret: [secret, replaced],
          scopes: ['openid', 'email', 'profile', 'offline_access'],
        },
      })
      for (const who of people) {
        const browser = application.visitor()
        await browser.signIn(home, who)
        await browser.call('/app').expect(200)
        cookies.push(browser.cookie(cookieName) ?? '')
      }
      copy = await copied.copy()
    })
    afterAll(async () => {
      tap.stop()
      await application.close()
      await copied.close()
    })

    /** The users' tokens that Scalekit answered with. */
    function issued(): string[] {
      const answers = tap.heard.filter(
        ({ path, body }) => path === '/oauth/token' && /id_token/.test(body),
      )
      const members = answers.flatMap(({ body }) => Object.entries<unknown>(JSON.parse(body)))
      return members.filter(([name]) => /_token$/.test(name)).map(([, value]) => String(value))
    }

    it('shows no token', () => {
      expect(issued()).toHaveLength(3 * people.length)
      expect(issued().filter((token) => copy.includes(token))).toEqual([])
      expect(sealedIn(copy)).toHaveLength(people.length)
    })

    it('opens nothing without the secret', () => {
      const thief = thiefWith({ secrets: ['another secret', '', clientSecret()] })
      expect(thief.opened()).toEqual([])
    })

    describe.skipIf(isExpressSession)('with sessions in sealed cookies', () => {
      it('opens no token by the secret without the cookies', () => {
        const thief = thiefWith({ secrets: [secret, replaced, clientSecret()] })
        expect(thief.opened()).toEqual([])
        expect(thief.attempts()).toBeGreaterThan(10_000)
      })

      it('opens the tokens of one session by its cookie, so the thief knows how', () => {
        for (const cookie of cookies) {
          const { sessionId, tokenKey } = identityIn(cookie)
          const thief = thiefWith({ secrets: [secret, replaced], halves: [tokenKey] })
          const opened = thief.opened()
          expect(opened.map(({ label }) => label)).toEqual([sessionId])
          const shown = issued().filter((token) => opened[0]!.text.includes(token))
          expect(shown).toHaveLength(3)
        }
      })

      it('holds no key of a cookie', () => {
        const keys = cookies.map((cookie) => identityIn(cookie).tokenKey)
        expect(new Set(keys).size).toBe(people.length)
        expect(keys.filter((key) => copy.includes(key))).toEqual([])
      })
    })

    it.skipIf(!isExpressSession)(
      'opens by the secret alone where sessions are in req.session',
      () => {
        expect(thiefWith({ secrets: [secret] }).opened()).toHaveLength(people.length)
      },
    )

    /** Tries what the code offers with everything that is in the copy, and what was stolen beside. */
    function thiefWith(stolen: { secrets: readonly string[]; halves?: readonly string[] }) {
      const words = [...new Set(copy.match(/[\w-]{6,}/g))].filter(({ length }) => length < 60)
      const halves = [undefined, '', ...stolen.secrets, ...words, ...(stolen.halves ?? [])]
      const labels = ['', cookieName, `__Host-${cookieName}`, ...words]
      const sealed = sealedIn(copy)
      let attempts = 0
      function* opened() {
        for (const half of halves) {
          for (const purpose of purposes()) {
            const secrets = stolen.secrets.map((each) => new Secret(each))
            const { open } = sealer(secrets, purpose, half)
            for (const label of labels) {
              for (const value of sealed) {
                attempts += 1
                const text = open(value, label)
                if (text !== undefined) yield { label, text }
              }
            }
          }
        }
      }
      return { opened: () => [...opened()], attempts: () => attempts }
    }

    /** What values are sealed for, of this instance and of none. */
    function purposes(): string[] {
      const { clientId } = application.emulator.options
      const instance = `scalekit ${application.emulator.url} ${clientId}`
      return ['tokens', 'session', 'transaction'].flatMap((what) => [`${what} ${instance}`, what])
    }

    function clientSecret(): string {
      return application.emulator.options.clientSecret
    }

    /** What a cookie holds, which the secret opens. */
    function identityIn(cookie: string): { sessionId: string; tokenKey: string } {
      const purpose = purposes().find((each) => each.startsWith('session scalekit'))!
      return JSON.parse(sealer([new Secret(secret)], purpose).open(cookie, cookieName)!)
    }
  })
})

/** All that looks sealed. */
function sealedIn(copy: string): string[] {
  return [...new Set(copy.match(/\b1\.[\w-]{8}\.[\w-]{40,}/g))]
}
