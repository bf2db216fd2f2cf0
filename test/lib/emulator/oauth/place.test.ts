import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, type OrganizationSeed, startEmulator } from '../../../../src/testing.ts'
import { authorizeUrl, type Changes, redirectOf } from '../application.ts'

const organizations: readonly OrganizationSeed[] = [
  {
    id: 'org_1',
    externalId: 'acme',
    displayName: 'Acme',
    domains: ['acme.example'],
    connection: { id: 'conn_1' },
  },
  {
    id: 'org_2',
    displayName: 'Globex',
    domains: ['globex.example', 'globex.test'],
    connection: { id: 'conn_2' },
  },
  {
    id: 'org_3',
    displayName: 'Disabled',
    domains: ['disabled.example'],
    connection: { id: 'conn_3', enabled: false },
  },
  {
    id: 'org_4',
    displayName: 'Draft',
    domains: ['draft.example'],
    connection: { id: 'conn_4', status: 'IN_PROGRESS' },
  },
  { id: 'org_5', displayName: 'None', domains: ['none.example'], connection: null },
]

let hosted: Emulator
let modular: Emulator
beforeAll(async () => {
  hosted = await startEmulator({ organizations })
  modular = await startEmulator({ organizations, product: 'sso' })
})
afterAll(() => Promise.all([hosted.close(), modular.close()]))

describe('a selector', () => {
  it.each<[string, string, Changes]>([
    ['an organization by its id', 'to Acme', { organization_id: 'org_1' }],
    ['a connection', 'to Globex', { connection_id: 'conn_2' }],
    ['a domain', 'to Globex', { domain: 'globex.test' }],
    ['a domain in capitals', 'to Globex', { domain: 'GLOBEX.test' }],
    ['a domain_hint', 'to Acme', { domain_hint: 'acme.example' }],
    ['domain and domain_hint', 'to Acme', { domain: 'acme.example', domain_hint: 'acme.example' }],
    ['a login_hint', 'to Globex', { login_hint: 'anybody@globex.example' }],
    ['a provider', 'with GitHub', { provider: 'github' }],
  ])('leads by %s', async (_case, where, selector) => {
    expect(await titleFor(modular, selector)).toBe(`Sign in ${where}`)
  })

  it.each<[string, string, Changes]>([
    ['provider', 'with Google', { provider: 'google', connection_id: 'conn_1' }],
    ['connection_id', 'to Globex', { connection_id: 'conn_2', organization_id: 'org_1' }],
    ['organization_id', 'to Acme', { organization_id: 'org_1', domain: 'globex.example' }],
    ['domain', 'to Acme', { domain: 'acme.example', login_hint: 'x@globex.example' }],
  ])('counts for more than the next: %s', async (_name, where, selectors) => {
    expect(await titleFor(modular, selectors)).toBe(`Sign in ${where}`)
  })

  it.each<[string, string, Changes]>([
    ['an unknown organization', 'invalid_organization_id', { organization_id: 'org_9' }],
    ['an external id', 'invalid_organization_id', { organization_id: 'acme' }],
    ['an unknown connection', 'invalid_connection_id', { connection_id: 'conn_9' }],
    ['a disabled connection', 'connection_not_active', { connection_id: 'conn_3' }],
    ['an unfinished connection', 'connection_not_active', { connection_id: 'conn_4' }],
    ['a disabled organization', 'no_active_connections', { organization_id: 'org_3' }],
    ['an unfinished organization', 'no_active_connections', { organization_id: 'org_4' }],
    ['a domain with a disabled one', 'no_active_connections', { domain: 'disabled.example' }],
    ['an unknown provider', 'invalid_request', { provider: 'acme' }],
    ['two domains', 'invalid_request', { domain: 'acme.example', domain_hint: 'globex.example' }],
  ])('is refused in both modes: %s → %s', async (_case, error, selector) => {
    for (const emulator of [hosted, modular]) {
      expect(await errorFor(emulator, selector)).toBe(error)
    }
  })

  it.each<[string, Changes]>([
    ['the organization', { organization_id: 'org_5' }],
    ['its domain', { domain: 'none.example' }],
    ['an address there', { login_hint: 'fay@none.example' }],
  ])(
    'of an organization without connection leads to the hosted page in full-stack mode only: %s',
    async (_case, selector) => {
      expect(await titleFor(hosted, selector)).toBe('Sign in to None')
      expect(await errorFor(modular, selector)).toBe('no_configured_connections')
    },
  )

  it('of an organization without connection needs a hosted page', async () => {
    const emulator = await startEmulator({ organizations, hostedLogin: false })
    const selector = { organization_id: 'org_5' }
    expect(await errorFor(emulator, selector)).toBe('no_configured_connections')
    await emulator.close()
  })

  it('that is an external id is refused with the id to name', async () => {
    const { params } = await redirectOf(urlFor(hosted, { organization_id: 'acme' }))
    expect(params.error_description).toBe(
      "acme is an external id, and organization_id takes only Scalekit's own: read it from GET /api/v1/organizations:external/acme, here it is org_1",
    )
  })

  it.each<[string, string, Changes]>([
    ['an unknown domain', 'domain_not_found', { domain: 'nowhere.example' }],
    ['a subdomain', 'domain_not_found', { domain: 'mail.acme.example' }],
    ['an email of an unknown domain', 'domain_not_found', { login_hint: 'x@nowhere.example' }],
    ['nothing', 'invalid_connection_selector', {}],
    ['a hint that is no email', 'invalid_connection_selector', { login_hint: 'ada' }],
  ])('is needed where there is no hosted page: %s → %s', async (_case, error, selector) => {
    expect(await errorFor(modular, selector)).toBe(error)
    expect(await titleFor(hosted, selector)).toBe('Sign in')
  })

  it('is needed in full-stack mode too when the seed takes the hosted page away', async () => {
    const emulator = await startEmulator({ hostedLogin: false })
    const url = authorizeUrl(emulator, { organization_id: undefined })
    expect((await redirectOf(url)).params.error).toBe('invalid_connection_selector')
    await emulator.close()
  })
})

function urlFor(emulator: Emulator, selector: Changes): string {
  return authorizeUrl(emulator, { organization_id: undefined, ...selector })
}

async function titleFor(emulator: Emulator, selector: Changes): Promise<string | undefined> {
  const page = await (await fetch(urlFor(emulator, selector))).text()
  return /<title>(.*) · Scalekit emulator<\/title>/.exec(page)?.[1]
}

async function errorFor(emulator: Emulator, selector: Changes): Promise<string | undefined> {
  return (await redirectOf(urlFor(emulator, selector))).params.error
}
