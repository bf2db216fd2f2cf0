import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ApiError, Scalekit } from '../../src/client.ts'
import type { Emulator } from '../../src/testing.ts'
import { clientOf, codeBy } from '../lib/client/clients.ts'
import { emulate } from '../lib/emulator/emulate.ts'
import { root } from '../package/manifest.ts'
import { runSnippet } from './run-snippet.ts'
import { snippets } from './snippets.ts'

const acmeId = 'org_69615647365005430'
const connectionId = 'conn_69615647365005431'
const directoryId = 'dir_69615647365005432'
const acme = { id: acmeId, displayName: 'Acme', externalId: 'acme' }

/** What each answers, or what the environment was asked for by it. */
const proofs: Readonly<Record<string, (answer: unknown, emulator: Emulator) => unknown>> = {
  'new Scalekit': (answer) => expect(answer).toBeInstanceOf(Scalekit),
  ApiError(answer) {
    expect(answer).toBeInstanceOf(ApiError)
    expect(answer).toMatchObject({ status: 404, code: 'api_not_found' })
  },
  async getAuthorizationUrl(answer) {
    const page = await fetch(answer as string)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('ada@acme.example')
  },
  authenticateWithCode: (answer) =>
    expect(answer).toMatchObject({ email: 'ada@acme.example', organizationId: acmeId }),
  'organization.listOrganization': (answer) =>
    expect(answer).toMatchObject({
      organizations: [acme, { displayName: 'Globex' }],
      nextPageToken: '',
      totalSize: 2,
    }),
  'organization.createOrganization'(answer, { organizations }) {
    const created = { displayName: 'New Corp', externalId: 'externalId' }
    expect(answer).toMatchObject({ organization: created })
    expect(organizations.at(-1)).toMatchObject(created)
  },
  'organization.getOrganization': (answer) => expect(answer).toMatchObject({ organization: acme }),
  'organization.getOrganizationByExternalId': (answer) =>
    expect(answer).toMatchObject({ organization: acme }),
  'organization.updateOrganization'(answer, { organizations: [changed] }) {
    const updated = { id: acmeId, displayName: 'displayName', externalId: 'externalId' }
    expect(answer).toMatchObject({ organization: updated })
    expect(changed).toMatchObject(updated)
  },
  'organization.updateOrganizationByExternalId'(answer, { organizations: [changed] }) {
    const updated = { ...acme, displayName: 'displayName' }
    expect(answer).toMatchObject({ organization: updated })
    expect(changed).toMatchObject(updated)
  },
  'organization.updateOrganizationSettings': (_answer, { organizations: [changed] }) =>
    expect(changed!.features).toEqual([
      { name: 'sso', enabled: true },
      { name: 'dir_sync', enabled: true },
    ]),
  'organization.deleteOrganization': isGone,
  'organization.deleteOrganizationByExternalId': isGone,
  'organization.generatePortalLink'(answer) {
    const link = { id: expect.any(String), location: expect.any(String) }
    expect(answer).toEqual({ ...link, expireTime: expect.stringMatching(/T.*Z$/) })
  },
  'connection.listConnections': listsConnections,
  'connection.listConnectionsByDomain': listsConnections,
  'connection.getConnection': (answer) =>
    expect(answer).toMatchObject({
      connection: { id: connectionId, organizationId: acmeId, provider: 'OKTA', type: 'SAML' },
    }),
  'connection.disableConnection': (_answer, { organizations: [changed] }) =>
    expect(changed!.connection!.enabled).toBe(false),
  'connection.enableConnection'(_answer, emulator) {
    expect(emulator.organizations[0]!.connection!.enabled).toBe(true)
    expect(wasAsked(emulator)).toBe(
      `PATCH /api/v1/organizations/${acmeId}/connections/${connectionId}:enable 200`,
    )
  },
  'directory.enableDirectory'(_answer, emulator) {
    expect(emulator.organizations[0]!.directory!.enabled).toBe(true)
    expect(wasAsked(emulator)).toBe(
      `PATCH /api/v1/organizations/${acmeId}/directories/${directoryId}:enable 200`,
    )
  },
  'directory.disableDirectory': (_answer, { organizations: [changed] }) =>
    expect(changed!.directory!.enabled).toBe(false),
  'directory.getDirectory': isDirectory,
  'directory.getPrimaryDirectoryByOrganizationId': isDirectory,
  'directory.listDirectoryUsers'(answer) {
    expect(answer).toHaveLength(5)
    expect(answer).toContainEqual(expect.objectContaining({ email: 'ada@acme.example' }))
  },
  'directory.listDirectoryGroups'(answer) {
    expect(answer).toHaveLength(3)
    expect(answer).toContainEqual(expect.objectContaining({ displayName: 'Engineering' }))
  },
  'directory.listDirectories': (_answer, emulator) =>
    expect(wasAsked(emulator)).toBe(`GET /api/v1/organizations/${acmeId}/directories 200`),
}

describe('the API reference’s snippets', () => {
  it.each(snippets)('run with their import changed: $section, $method', async (snippet) => {
    // The reference's authorization URL has no PKCE.
    const emulator = await emulate()
    const code = await codeBy(clientOf(emulator.options), { codeChallenge: undefined })
    const answer = await runSnippet(snippet, emulator, code)
    await proofs[snippet.method]!(answer, emulator)
  })

  it('are as many as the reference has, with one that it has twice', () => {
    expect(snippets.filter(({ isOurs }) => !isOurs)).toHaveLength(21)
  })
})

describe('the table of the guide', () => {
  const guide = readFileSync(root('examples/management/README.md'), 'utf8')
  const table = guide.split("\n## Scalekit's API reference, section by section\n")[1]!
  const rows = [...table.matchAll(/^\| ([\w -]+) \| `([\w. ]+)` \| /gm)]
  const listed = rows.map(([, section, method]) => ({
    section,
    method,
    file: section === 'Webhooks' ? 'lib/client/payloads.test.ts' : 'reference/snippets.test.ts',
  }))

  it('has a row for each section and each method, in the order of the reference', () => {
    const shown = listed.filter(({ file }) => file === 'reference/snippets.test.ts')
    expect(shown.map(({ section, method }) => `${section}: ${method}`)).toEqual(
      snippets.map(({ section, method }) => `${section}: ${method}`),
    )
  })

  it.each(listed)('names what a test runs: $section, $method', ({ method, file }) => {
    expect(readFileSync(root(`test/${file}`), 'utf8')).toContain(method)
  })
})

async function isGone(_answer: unknown, { organizations }: Emulator): Promise<void> {
  expect(organizations.map(({ displayName }) => displayName)).toEqual(['Globex'])
}

function listsConnections(answer: unknown): void {
  expect(answer).toMatchObject({
    connections: [{ id: connectionId, organizationId: acmeId, enabled: true }],
  })
}

function isDirectory(answer: unknown): void {
  expect(answer).toMatchObject({ id: directoryId, organizationId: acmeId, directoryType: 'SCIM' })
}

/** The last request, and how it was answered. */
function wasAsked({ requests }: Emulator): string {
  const { method, path, status } = requests.at(-1)!
  return `${method} ${path} ${status}`
}
