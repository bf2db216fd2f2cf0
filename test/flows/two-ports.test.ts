import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'
import type { Visitor } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/app'

type Options = () => ScalekitAuthOptions

/** The cookies of a browser, which sends those of a host to all of its ports. */
function cookiesOf(...browsers: readonly Visitor[]): { cookie: string } {
  const pairs = browsers.flatMap((browser) =>
    browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`),
  )
  return { cookie: pairs.join('; ') }
}

/** An application whose option `name` is left out, as most are. */
function startUnnamed(options: ScalekitAuthOptions) {
  return start({ options: { ...options, name: undefined } as unknown as ScalekitAuthOptions })
}

describe.skipIf(isExpressSession).each<[string, Options]>([
  ['sealed cookie', () => ({ session: 'cookie' })],
  ['express-session that the kit mounts', () => ({ session: { store: new MemoryStore() } })],
])('two applications on one host, with the session in the %s', (_kind, options) => {
  it('leave each other’s sessions and sign-ins alone', async () => {
    const applications = [await startUnnamed(options()), await startUnnamed(options())]
    const browsers = applications.map(({ visitor }) => visitor())
    const [one, other] = browsers as [Visitor, Visitor]
    await one.signIn(home, ada)
    await other.begin(home)
    const shared = one.cookieNames().filter((name) => other.cookieNames().includes(name))
    expect(shared).toEqual([])
    await other.signIn(home, ada)
    for (const { visitor } of applications)
      await visitor().call('/app', cookiesOf(one, other)).expect(200)
  })

  it('have cookies by their `name` alone where there is one', async () => {
    const { visitor } = await start({ options: { ...options(), name: 'shop' } })
    const browser = visitor()
    await browser.signIn(home, ada)
    expect(browser.cookieNames()).toEqual(['shop-session'])
  })
})
