import { describe, expect, it } from 'vitest'
import { acmeId, callsTo, emulateClient } from './emulated-client.ts'
import { failureOf } from './failures.ts'
import { json, startApi } from './hostile-api.ts'

const connectionId = 'conn_69615647365005431'

describe('listConnections', () => {
  it('takes an organization’s id, alone or as a filter beside others, or nothing', async () => {
    const { emulator, client } = await emulateClient()
    const { connections } = await client.connection.listConnections(acmeId)
    expect(connections).toEqual([
      expect.objectContaining({
        id: connectionId,
        provider: 'OKTA',
        type: 'SAML',
        status: 'COMPLETED',
        enabled: true,
        organizationId: acmeId,
        organizationName: 'Acme',
        domains: ['acme.example'],
      }),
    ])
    await client.connection.listConnections({ organizationId: acmeId, include: 'all' })
    await client.connection.listConnections({ domain: 'acme.example' })
    await client.connection.listConnections()
    expect(callsTo(emulator)).toEqual([
      `GET /connections?organization_id=${acmeId}`,
      `GET /connections?organization_id=${acmeId}&include=all`,
      'GET /connections?domain=acme.example',
      'GET /connections',
    ])
  })
})

describe('listConnectionsByDomain', () => {
  it('takes a domain, alone or in an object', async () => {
    const { emulator, client } = await emulateClient()
    const { connections } = await client.connection.listConnectionsByDomain('acme.example')
    expect(connections.map(({ id }) => id)).toEqual([connectionId])
    const none = await client.connection.listConnectionsByDomain({ domain: 'nobody.example' })
    expect(none).toEqual({ connections: [] })
    expect(callsTo(emulator)).toEqual([
      'GET /connections?domain=acme.example',
      'GET /connections?domain=nobody.example',
    ])
  })
})

describe('getConnection', () => {
  it('takes both ids, alone or in an object', async () => {
    const { client } = await emulateClient()
    const { connection } = await client.connection.getConnection(acmeId, connectionId)
    expect(connection).toMatchObject({
      id: connectionId,
      organizationId: acmeId,
      attributeMapping: { email: 'email', given_name: 'firstName', family_name: 'lastName' },
      samlConfig: { idpSsoRequestBinding: 'HTTP_POST', allowIdpInitiatedLogin: true },
      domains: [{ domain: 'acme.example', verificationStatus: 'VERIFIED' }],
    })
    const request = { organizationId: acmeId, id: connectionId }
    expect(await client.connection.getConnection(request)).toEqual({ connection })
  })

  it('says that there is none', async () => {
    const { client } = await emulateClient()
    const error = await failureOf(client.connection.getConnection(acmeId, 'conn_1'))
    expect(error).toMatchObject({ code: 'api_not_found', status: 404 })
  })
})

describe('disableConnection and enableConnection', () => {
  it('switch a connection', async () => {
    const { emulator, client } = await emulateClient()
    const isEnabled = async () => {
      const { connection } = await client.connection.getConnection(acmeId, connectionId)
      return connection.enabled
    }
    expect(await client.connection.disableConnection(acmeId, connectionId)).toEqual({
      enabled: false,
    })
    expect(await isEnabled()).toBe(false)
    const request = { organizationId: acmeId, id: connectionId }
    expect(await client.connection.enableConnection(request)).toEqual({ enabled: true })
    expect(await isEnabled()).toBe(true)
    await client.connection.disableConnection(request)
    const path = `/organizations/${acmeId}/connections/${connectionId}`
    expect(callsTo(emulator).filter((call) => call.startsWith('PATCH'))).toEqual([
      `PATCH ${path}:disable`,
      `PATCH ${path}:enable`,
      `PATCH ${path}:disable`,
    ])
  })

  it('say why it is not as it was asked to be', async () => {
    const body = { enabled: false, error_message: 'its status is DRAFT' }
    const api = await startApi({ api: json(200, body) })
    expect(await api.client().connection.enableConnection('org_1', 'conn_1')).toEqual({
      enabled: false,
      errorMessage: 'its status is DRAFT',
    })
  })
})
