import { describe, expect, it } from 'vitest'
import { submitted } from '../support/email-page.ts'
import { start } from '../support/start.ts'

const ada = 'ada@acme.example'
const acme = 'org_69615647365005430'
const connection = 'conn_69615647365005431'
const found = { connection_id: connection, organization_id: acme }
const returnTo = 'return_to=/app?tab=1'

describe.each(['full-stack', 'sso'] as const)(
  'somebody comes in to a %s environment',
  (product) => {
    it.each<[string, string, sent: Record<string, string>]>([
      ['their domain', 'domain=acme.example', found],
      ['their connection', `connection_id=${connection}`, { connection_id: connection }],
      ['their organization', `organization_id=${acme}`, { organization_id: acme }],
      ['your id of their organization', 'organization_id=acme', { organization_id: acme }],
      ['a social provider', 'provider=google', { provider: 'google' }],
      ['their email address', `login_hint=${ada}`, { ...found, login_hint: ada }],
    ])('by %s', async (_way, query, sent) => {
      const { visitor } = await start({
        seed: { product },
        options: { login: { providers: ['google'] } },
      })
      const browser = visitor()
      const begun = await browser.begin(`/login?${query}&${returnTo}`)
      expect(selectorsIn(begun.searchParams)).toEqual(sent)

      const landed = await browser.signIn(`/login?${query}&${returnTo}`, ada)
      expect([landed.status, landed.headers.location]).toEqual([302, '/app?tab=1'])
      const page = await browser.open('/app?tab=1').expect(200)
      expect(page.body).toMatchObject({
        status: 'signed-in',
        organizationId: acme,
        user: { email: ada },
      })
    })

    it('by a guarded page and the email page', async () => {
      const { visitor } = await start({ seed: { product } })
      const browser = visitor()
      const refused = await browser.open('/app?tab=1').expect(302)
      const asked = await browser.open(refused.headers.location!).expect(200)
      const landed = await browser.signIn(submitted(asked.text, ada), ada)
      expect(landed.headers.location).toBe('/app?tab=1')
      const page = await browser.open('/app?tab=1').expect(200)
      expect(page.body).toMatchObject({ organizationId: acme, user: { email: ada } })
    })
  },
)

function selectorsIn(params: URLSearchParams) {
  const selectors = /^(connection_id|organization_id|domain|domain_hint|provider|login_hint)$/
  return Object.fromEntries([...params].filter(([name]) => selectors.test(name)))
}
