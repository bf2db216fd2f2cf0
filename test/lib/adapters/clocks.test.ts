import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RevocationTarget, revocationKey } from '../../../src/lib/auth/revocation.ts'
import type { Application } from '../../support/application.ts'
import { eventually } from '../../support/eventually.ts'
import { pass } from '../../support/real-time.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'
import { deliver, example, webhookSecret } from '../../support/webhook.ts'
import { type SharedServer, senderTo, sharedServers } from './shared-servers.ts'

const maxLagMs = 20
const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example'
const hourMs = 3_600_000

/** How far the first process and Scalekit are ahead of the second process and the store, in seconds. */
const differences: readonly [one: number, scalekit: number][] = [
  [-240, 0],
  [-60, 0],
  [-3, 0],
  [0, 0],
  [3, 0],
  [60, 0],
  [240, 0],
  [0, -240],
  [240, -60],
  [-240, 20],
]

describe.each(sharedServers)('two processes that share a %s', (name, isThere, startServer) => {
  describe.skipIf(!isThere)('and have clocks of their own', () => {
    let server: SharedServer
    const figures: object[] = []
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(async () => {
      await server.close()
      console.log(`${name}: what became of the session at both processes`)
      console.table(figures)
    })

    /** An application of two processes, and a browser that comes to the first one. */
    async function twoProcesses(oneSeconds: number, scalekitSeconds: number) {
      const space = `test ${randomUUID()}`
      const store = await server.storeOf(space)
      const ahead = (seconds: number) => () => Date.now() + seconds * 1000
      const shared = { revocation: { maxLagMs }, webhooks: { secret: webhookSecret } }
      const one = await start({
        options: { store, clock: ahead(oneSeconds), ...shared },
        seed: { clock: ahead(scalekitSeconds) },
      })
      const options = { store: await server.storeOf(space), baseUrl: one.url, ...shared }
      const two = await start({ options, emulator: one.emulator })
      const browser = one.visitor()
      const sentBy = senderTo(one.url)
      let session = sentBy(browser)

      /** Sends the removal of Ada to a process, at a moment of Scalekit's clock. */
      async function remove(process: Application, occurredAt: number): Promise<void> {
        const event = {
          ...example('organization.directory.user_deleted', { dp_id: 'ada', email: ada }),
          organization_id: one.emulator.organizations[0]!.id,
          occurred_at: new Date(occurredAt).toISOString(),
        }
        await deliver(process.url, { event }).expect(201)
      }

      /** Ends what began before now, by the store's clock. */
      async function revoke(target: RevocationTarget, agoMs = 0): Promise<void> {
        const { now } = await store.revocations.since()
        const key = revocationKey(one.emulator.url, target)
        const expiresAt = now + hourMs
        const revocation = { key, notBefore: now - agoMs, expiresAt, clock: 'store' } as const
        await store.revocations.write([revocation])
      }

      async function statusAt({ visitor }: Application): Promise<number> {
        await pass(maxLagMs)
        return eventually(async () => {
          const { status } = await visitor().call('/app', session)
          // What was heard may be too old again on a slow machine.
          expect(status).not.toBe(503)
          return status
        })
      }

      return {
        one,
        two,
        browser,
        remove,
        revoke,
        scalekitNow: ahead(scalekitSeconds),
        /** Begins at the first process, whatever its clock says, and ends at the second. */
        async finish(authorizeUrl: URL): Promise<void> {
          const { pathname, search } = new URL(await signInAt(authorizeUrl.href, ada))
          const answer = await two
            .visitor()
            .open(pathname + search, sentBy(browser))
            .expect(302)
          session = { ...session, Cookie: cookiesOf(answer.headers['set-cookie']) }
        },
        async outcome(): Promise<string> {
          const [first, second] = [await statusAt(one), await statusAt(two)]
          expect([200, 401]).toContain(first)
          expect(second).toBe(first)
          return first === 200 ? 'stands' : 'over'
        },
      }
    }

    it.each(differences)(
      'end what ended and nothing else, with the first %i s and Scalekit %i s ahead',
      async (oneSeconds, scalekitSeconds) => {
        const processes = () => twoProcesses(oneSeconds, scalekitSeconds)
        const figure = {
          'first process, s': oneSeconds,
          'Scalekit, s': scalekitSeconds,
          'removed 1.5 s after': await removedAfter(await processes()),
          'removed before the callback': await removedBetween(await processes()),
          'signed in 2 s after a removal': await signedInAfter(await processes(), 'removal'),
          'revoked at once': await revokedAfter(await processes()),
          'signed in 2 s after a revoke': await signedInAfter(await processes(), 'revoke'),
        }
        figures.push(figure)
        expect(Object.values(figure).slice(2)).toEqual(['over', 'over', 'stands', 'over', 'stands'])
      },
    )

    it.each([-240, 240])(
      'end by auth.revoke() what began before it and nothing else, on a process %i s ahead',
      async (oneSeconds) => {
        const { one, browser, finish, outcome } = await twoProcesses(oneSeconds, 0)
        await finish(await browser.begin(loginUrl))
        expect(await outcome()).toBe('stands')
        await one.auth.revoke({ organizationId: one.emulator.organizations[0]!.id })
        expect(await outcome()).toBe('over')
        // Longer than an answer of the store takes, within which its clock is not known.
        await pass(1500)
        await finish(await browser.begin(loginUrl))
        expect(await outcome()).toBe('stands')
      },
    )

    type Processes = Awaited<ReturnType<typeof twoProcesses>>

    async function removedAfter({ two, browser, ...all }: Processes): Promise<string> {
      const authorizeUrl = await browser.begin(loginUrl)
      const begunAt = all.scalekitNow()
      await all.finish(authorizeUrl)
      expect(await all.outcome()).toBe('stands')
      await all.remove(two, begunAt + 1500)
      return all.outcome()
    }

    async function removedBetween({ one, browser, ...all }: Processes): Promise<string> {
      const authorizeUrl = await browser.begin(loginUrl)
      await all.remove(one, all.scalekitNow())
      // The ID token is then issued in a later second than the removal.
      await pass(1000)
      await all.finish(authorizeUrl)
      return all.outcome()
    }

    async function signedInAfter(
      { one, browser, ...all }: Processes,
      end: 'removal' | 'revoke',
    ): Promise<string> {
      if (end === 'removal') await all.remove(one, all.scalekitNow() - 2000)
      else await all.revoke({ organizationId: one.emulator.organizations[0]!.id }, 2000)
      await all.finish(await browser.begin(loginUrl))
      return all.outcome()
    }

    async function revokedAfter({ one, browser, ...all }: Processes): Promise<string> {
      await all.finish(await browser.begin(loginUrl))
      await all.revoke({ organizationId: one.emulator.organizations[0]!.id })
      return all.outcome()
    }
  })
})

/** What a browser sends back, of the `Set-Cookie` lines of one response. */
function cookiesOf(lines: unknown): string {
  return [lines]
    .flat()
    .map((line) => String(line).split(';')[0]!)
    .filter((pair) => !pair.endsWith('='))
    .join('; ')
}
