import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { serveApplication } from '../../support/application.ts'
import {
  acceptConnections,
  everywhere,
  maxLagMs,
  mountConnections,
  openPages,
  pollUntilBound,
} from '../../support/open-pages.ts'
import { ada, katherine, type Member } from '../../support/second-provider/people.ts'
import { personAt } from '../../support/second-provider/person.ts'
import { startSecondProvider } from '../../support/second-provider/provider.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

const secret = 'a secret that both processes share, for these tests alone'

describe.each(sharedServers)('processes that share a %s', (_name, isThere, startServer) => {
  describe.skipIf(!isThere)('and use oidc-provider', () => {
    let server: SharedServer
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    /** Ada and Katherine, of two companies, each with pages at both processes. */
    async function opened(logoutTokens: 'by session' | 'by user') {
      const provider = await startSecondProvider({ logoutTokens })
      onTestFinished(() => provider.close())
      const space = `test ${randomUUID()}`
      const all = await Promise.all([0, 1].map(() => serve(space)))
      provider.register(all[0]!.url)

      async function serve(store: string) {
        const options = {
          ...provider.options,
          secret,
          store: await server.storeOf(store),
          revocation: { maxLagMs },
          login: { fallback: 'hosted' as const },
        }
        const parts = { mount: mountConnections, attach: acceptConnections }
        const served = await serveApplication(parts, () => options)
        onTestFinished(() => served.close())
        return served
      }

      async function comeIn({ email }: Member) {
        const [browser, there] = [all[0]!.visitor(), personAt(provider.url)]
        await browser.open(await there.signIn(await browser.begin('/login'), email)).expect(302)
        return { pages: await openPages(all, browser), there }
      }

      return { provider, ada: await comeIn(ada), katherine: await comeIn(katherine) }
    }

    it.each(['by session', 'by user'] as const)(
      'its logout token (%s) closes all connections within the lag, and nobody else’s',
      async (logoutTokens) => {
        const given = await opened(logoutTokens)
        const { pages, there } = given.ada
        expect(await Promise.all(pages.map(({ poll }) => poll('/app')))).toEqual([200, 200])
        await there.leave()
        // The provider has its answer by now, so the token arrived before.
        const answeredAt = performance.now()
        expect(given.provider.logouts).toEqual(['taken'])
        expect(await pollUntilBound(pages, '/app', () => answeredAt)).toEqual([401, 401])
        expect(pages.map(({ seen }) => seen)).toEqual(everywhere('over'))
        const others = given.katherine.pages
        expect(await Promise.all(others.map(({ poll }) => poll('/app')))).toEqual([200, 200])
        expect(others.flatMap(({ seen }) => Object.values(seen))).not.toContain('over')
      },
    )
  })
})
