import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSeedFile } from '../../../../src/lib/emulator/world/seed-file.ts'
import { root } from '../../../package/manifest.ts'
import { seedSchema } from '../../../package/seed-schema.ts'
import { emulate } from '../emulate.ts'

describe('a seed file', () => {
  it('pins the ids of what the emulator holds', async () => {
    const emulator = await emulate(await readSeedFile(root('examples/emulator/acme.json')))
    expect(emulator.organizations).toMatchObject([
      {
        id: 'org_31700000000000001',
        connection: { id: 'conn_31700000000000002' },
        directory: { id: 'dir_31700000000000003' },
        people: [{ id: 'usr_31700000000000004' }, { id: 'usr_31700000000000005' }],
      },
      { id: 'org_31700000000000006', people: [] },
    ])
  })

  it.each<[string, object, string]>([
    [
      'an unknown name',
      { organisations: [] },
      '`organisations` is not an option; did you mean `organizations`?',
    ],
    [
      'an unknown name within',
      inAcme({ peple: [] }),
      '`organizations[0].peple` is not an option; did you mean `organizations[0].people`?',
    ],
    ['an array that is none', { organizations: {} }, '`organizations` must be an array'],
    ['an object that is none', { organizations: [1] }, '`organizations[0]` must be an object'],
    ['a missing name', { organizations: [{}] }, '`organizations[0].displayName` is missing'],
    [
      'an empty name',
      { organizations: [{ displayName: '' }] },
      '`organizations[0].displayName` must be a non-empty string',
    ],
    [
      'an id of another kind',
      inAcme({ id: 'conn_1' }),
      '`organizations[0].id` must be an id such as org_69615647365005430',
    ],
    [
      'an id of a connection',
      inAcme({ connection: { id: 'org_1' } }),
      '`organizations[0].connection.id` must be an id such as conn_',
    ],
    [
      'a type there is not',
      inAcme({ connection: { type: 'LDAP' } }),
      '`organizations[0].connection.type` must be "SAML" or "OIDC"',
    ],
    [
      'a directory that is a word',
      inAcme({ directory: 'yes' }),
      '`organizations[0].directory` must be an object',
    ],
    [
      'no email address',
      withAda({ email: 'ada' }),
      '`organizations[0].people[0].email` must be an email address such as ada@acme.example',
    ],
    [
      'one role as a word',
      withAda({ roles: 'admin' }),
      '`organizations[0].people[0].roles` must be an array of non-empty strings',
    ],
    [
      'a boolean as a word',
      withAda({ emailVerified: 'true' }),
      '`organizations[0].people[0].emailVerified` must be true or false',
    ],
    [
      'a refusal there is not',
      withAda({ refusal: 'no' }),
      '`organizations[0].people[0].refusal` must be "access_denied" or "user_not_active"',
    ],
    [
      'claims that are a list',
      withAda({ claims: [] }),
      '`organizations[0].people[0].claims` must be an object',
    ],
    [
      'a relative redirect URI',
      { redirectUris: ['/callback'] },
      '`redirectUris[0]` must be a URL such as http://localhost:3000/callback',
    ],
    ['a product there is not', { product: 'SSO' }, '`product` must be "full-stack" or "sso"'],
    [
      'half a second',
      { lifetimes: { codeSeconds: 0.5 } },
      '`lifetimes.codeSeconds` must be a whole number of seconds greater than 0',
    ],
    ['a port out of range', { port: 65_536 }, '`port` must be a whole number from 0 to 65535'],
    ['no scale', { retryScale: 0 }, '`retryScale` must be a number greater than 0'],
    [
      'a weak secret',
      { webhooks: [{ url: 'http://a.example', secret: 'whsec_' }] },
      '`webhooks[0].secret` must be whsec_ and the base64 of at least 24 random bytes',
    ],
    [
      'an event there is not',
      { webhooks: [{ url: 'http://a.example', events: ['a'] }] },
      '`webhooks[0].events` must contain only',
    ],
    ['what only code can say', { clock: 1 }, '`clock` is not an option'],
  ])('with %s is refused', async (_case, content, problem) => {
    const file = await fileWith(JSON.stringify(content))
    await expect(readSeedFile(file)).rejects.toThrow(`${file}: ${problem}`)
  })

  it('is refused with everything that is wrong with it', async () => {
    const file = await fileWith(
      '{ "product": 1, "organizations": [{ "people": [{ "name": "A" }] }] }',
    )
    await expect(readSeedFile(file)).rejects.toThrow(
      `${file}: \`organizations[0].displayName\` is missing; \`organizations[0].people[0].email\` is missing; \`product\` must be "full-stack" or "sso"`,
    )
  })

  it('that is no JSON names the line', async () => {
    const file = await fileWith('{\n  "product": "sso",\n}')
    await expect(readSeedFile(file)).rejects.toThrow(`${file} is not JSON: see line 3`)
  })

  it('that is no object is refused', async () => {
    const file = await fileWith('[]')
    await expect(readSeedFile(file)).rejects.toThrow(`${file}: The document must be an object`)
  })

  it('that is not there is named', async () => {
    await expect(readSeedFile('no/such.json')).rejects.toThrow(
      'no/such.json cannot be read: ENOENT',
    )
  })
})

describe('the JSON schema of a seed file', () => {
  it('is published as it is generated: `npm run reference` writes it', () => {
    expect(readFileSync(root('examples/emulator/seed.schema.json'), 'utf8')).toBe(seedSchema())
  })

  it('describes every member', () => {
    const { properties } = JSON.parse(seedSchema()) as { properties: Record<string, unknown> }
    const { $schema: _, clientId: __, ...rest } = properties
    for (const [name, value] of Object.entries(rest)) {
      expect([name, value]).toEqual([
        name,
        expect.objectContaining({ description: expect.any(String) }),
      ])
    }
  })
})

function inAcme(organization: object) {
  return { organizations: [{ displayName: 'Acme', ...organization }] }
}

function withAda(person: object) {
  return inAcme({ people: [{ email: 'ada@acme.example', name: 'Ada', ...person }] })
}

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'seed.json')
  await writeFile(file, content)
  return file
}
