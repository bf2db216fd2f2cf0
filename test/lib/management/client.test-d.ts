import { describe, expectTypeOf, it } from 'vitest'
import {
  type ApiError,
  type Connection,
  type Directory,
  type DirectoryGroup,
  type DirectoryUser,
  type ListedConnection,
  type Organization,
  type PortalLink,
  Scalekit,
  type ScalekitClient,
  type Toggled,
} from '../../../src/client.ts'
import type { ScalekitAuth } from '../../../src/index.ts'

declare const client: ScalekitClient
declare const auth: ScalekitAuth

describe('the client', () => {
  it('is one class with two names, and belongs to the kit', () => {
    expectTypeOf(Scalekit).toEqualTypeOf<typeof ScalekitClient>()
    expectTypeOf(auth.client).toEqualTypeOf<ScalekitClient>()
  })

  it('answers as the reference’s snippets take it apart', () => {
    const { organization, connection, directory } = client
    expectTypeOf(organization.getOrganization('org_1')).resolves.toEqualTypeOf<{
      readonly organization: Organization
    }>()
    expectTypeOf(organization.generatePortalLink('org_1')).resolves.toEqualTypeOf<PortalLink>()
    expectTypeOf(organization.deleteOrganization('org_1')).resolves.toEqualTypeOf<void>()
    expectTypeOf(connection.listConnections('org_1')).resolves.toEqualTypeOf<{
      readonly connections: readonly ListedConnection[]
    }>()
    expectTypeOf(connection.getConnection('org_1', 'conn_1')).resolves.toEqualTypeOf<{
      readonly connection: Connection
    }>()
    expectTypeOf(connection.enableConnection('org_1', 'conn_1')).resolves.toEqualTypeOf<Toggled>()
    expectTypeOf(directory.getPrimaryDirectoryByOrganizationId('org_1')).resolves.toEqualTypeOf<{
      readonly directory: Directory
    }>()
  })

  it('gives pages and iterators of the same things', () => {
    const { organization, directory } = client
    expectTypeOf(organization.listOrganization)
      .returns.resolves.toHaveProperty('organizations')
      .toEqualTypeOf<readonly Organization[]>()
    expectTypeOf(organization.organizations()).toEqualTypeOf<
      AsyncGenerator<Organization, void, undefined>
    >()
    expectTypeOf(directory.users('org_1', 'dir_1')).toEqualTypeOf<
      AsyncGenerator<DirectoryUser, void, undefined>
    >()
    expectTypeOf(directory.groups({ organizationId: 'org_1', directoryId: 'dir_1' })).toEqualTypeOf<
      AsyncGenerator<DirectoryGroup, void, undefined>
    >()
  })

  it('takes arguments one by one or by their names, and a signal beside them', () => {
    const { signal } = new AbortController()
    const { organization, connection, directory } = client
    const calls: readonly Promise<unknown>[] = [
      organization.createOrganization('Acme', { externalId: 'acme', signal }),
      organization.createOrganization({ displayName: 'Acme', regionCode: 'EU', timeoutMs: 100 }),
      organization.updateOrganization('org_1', { displayName: 'Acme' }, { signal }),
      organization.updateOrganization({ id: 'org_1', organization: { slug: 'acme' }, signal }),
      organization.generatePortalLink('org_1', { features: ['sso', 'of_tomorrow'] }),
      connection.listConnections({ domain: 'acme.example' }),
      directory.listDirectoryUsers('org_1', 'dir_1', { updatedAfter: new Date(), signal }),
      // @ts-expect-error one organization has to be named
      organization.getOrganization(),
      // @ts-expect-error a name has to be given
      organization.createOrganization({ externalId: 'acme' }),
      // @ts-expect-error metadata are texts
      organization.createOrganization('Acme', { metadata: { seats: 5 } }),
      // @ts-expect-error the connection has to be named, too
      connection.getConnection('org_1'),
      // @ts-expect-error a filter that is named has a value
      connection.listConnections({ organizationId: undefined }),
      // @ts-expect-error no such filter
      directory.listDirectoryUsers('org_1', 'dir_1', { updatedSince: new Date() }),
    ]
    expectTypeOf(calls).items.resolves.toBeUnknown()
  })

  it('knows the names of today and takes those of tomorrow', () => {
    expectTypeOf<'OKTA'>().toExtend<NonNullable<Connection['provider']>>()
    expectTypeOf<'SOMETHING_NEW'>().toExtend<NonNullable<Connection['provider']>>()
    expectTypeOf<NonNullable<Organization['metadata']>>().toEqualTypeOf<
      Readonly<Record<string, string>>
    >()
    expectTypeOf<Organization['createTime']>().toEqualTypeOf<string | undefined>()
  })

  it('fails with errors that say everything', () => {
    expectTypeOf<ApiError>().toHaveProperty('status').toEqualTypeOf<number>()
    expectTypeOf<ApiError>().toHaveProperty('grpcCode').toEqualTypeOf<number | undefined>()
    expectTypeOf<ApiError>().toHaveProperty('isRetryable').toEqualTypeOf<boolean>()
  })
})
