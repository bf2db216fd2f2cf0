import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isRedeemed } from '../../support/answers.ts'
import { eventually } from '../../support/eventually.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'
import { useStandingTime } from '../../support/virtual-time.ts'
import { navigation } from '../../support/visitor.ts'
import { type SharedServer, senderTo, sharedServers } from './shared-servers.ts'

const maxLagMs = 200
/** Makes what an instance knows of the store too old, however long the store takes to answer. */
const passLag = () => void vi.advanceTimersByTime(maxLagMs + 1)
const ada = 'ada@acme.example'
const loginUrl = '/login?domain=acme.example'
const click = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

describe.each(sharedServers)(
  'two instances of an application that share a %s',
  (_name, isThere, startServer) => {
    describe.skipIf(!isThere)('as if they were one', () => {
      let server: SharedServer
      beforeAll(async () => {
        server = await startServer()
      })
      afterAll(() => server.close())
      useStandingTime()

      /** Two instances at one address, as behind a balancer, and a browser that visits the first. */
      async function twoInstances() {
        const space = `test ${randomUUID()}`
        const revocation = { maxLagMs }
        const one = await start({ options: { store: await server.storeOf(space), revocation } })
        const options = { store: await server.storeOf(space), revocation, baseUrl: one.url }
        const two = await start({ options, emulator: one.emulator })
        return { one, two, browser: one.visitor(), sentBy: senderTo(one.url) }
      }

      async function signedIn() {
        const instances = await twoInstances()
        await instances.browser.signIn(loginUrl, ada)
        return instances
      }

      it('know who signed in at the other', async () => {
        const { two, browser, sentBy } = await signedIn()
        const answer = await two.visitor().call('/app', sentBy(browser)).expect(200)
        expect(answer.body.user.email).toBe(ada)
      })

      it('refuse who signed out at the other, once the lag is over', async () => {
        const { two, browser, sentBy } = await signedIn()
        const copy = sentBy(browser)
        await two.visitor().call('/app', copy).expect(200)
        await browser.post('/logout', click).expect(303)
        passLag()
        await two.visitor().call('/app', copy).expect(401)
      })

      it('sign out at Scalekit with the tokens that the other received', async () => {
        const { two, browser, sentBy } = await signedIn()
        const headers = { ...click, ...sentBy(browser) }
        const answer = await two.visitor().post('/logout', headers).expect(303)
        const away = new URL(answer.headers.location!)
        expect(away.searchParams.get('id_token_hint')).toMatch(/^eyJ/)
      })

      it('take a callback once, whichever of them it comes to', async () => {
        const { one, two, browser, sentBy } = await twoInstances()
        const authorizeUrl = await browser.begin(loginUrl)
        const { pathname, search } = new URL(await signInAt(authorizeUrl.href, ada))
        const copy = sentBy(browser)
        const answers = await Promise.all(
          [one, two, one, two].map(({ visitor }) => visitor().call(pathname + search, copy)),
        )
        const codes = answers.map(({ body }) => body.code ?? 'signed in').sort()
        expect(codes).toEqual([...Array(3).fill('login_state_used'), 'signed in'])
        const redeemed = one.emulator.requests.filter(isRedeemed)
        expect(redeemed).toHaveLength(1)
      })

      it('lead a browser that asks both for its callback at once to its page', async () => {
        const { one, two, browser, sentBy } = await twoInstances()
        const authorizeUrl = await browser.begin(`${loginUrl}&return_to=/public`)
        const callbackUrl = await signInAt(authorizeUrl.href, ada)
        const headers = sentBy(browser)
        const answers = await Promise.all([
          browser.open(callbackUrl),
          two.visitor().open(callbackUrl, headers),
        ])
        for (const { status, headers } of answers)
          expect([status, headers.location]).toEqual([302, '/public'])
        expect(one.emulator.requests.filter(isRedeemed)).toHaveLength(1)
      })

      it('refuse, and sign nobody out, while it is down; and go on when it is back', async () => {
        // Drivers wait before they connect again.
        vi.useFakeTimers({ toFake: ['performance'] })
        const { one, two, browser, sentBy } = await signedIn()
        const [leaving, coming] = [one.visitor(), one.visitor()]
        await leaving.signIn(loginUrl, ada)
        const callback = await signInAt((await coming.begin(loginUrl)).href, ada)
        await server.kill()
        passLag()
        const answers = await Promise.all([
          browser.call('/app'),
          two.visitor().call('/app', sentBy(browser)),
          coming.call(callback),
        ])
        for (const { status, text, headers } of answers) {
          expect(status).toBe(503)
          expect(text).toContain('store_unavailable')
          expect(headers['set-cookie'] ?? []).not.toContainEqual(
            expect.stringContaining('session='),
          )
        }
        const left = await leaving.post('/logout', click).expect(503)
        expect(left.text).toContain('sign_out_incomplete')
        await leaving.call('/app').expect(401)
        await coming.call('/app').expect(401)
        await server.restart()
        await eventually(() => browser.call('/app').expect(200))
        await eventually(() => two.visitor().call('/app', sentBy(browser)).expect(200))
        await eventually(() => browser.post('/logout', click).expect(303))
        await coming.signIn(loginUrl, ada)
        await coming.call('/app').expect(200)
      })
    })
  },
)
