import { fileURLToPath } from 'node:url'
import { ApiError, type Organization, ScalekitClient } from 'express-scalekit/client'

/** A row of your own table of customers. */
export interface Customer {
  readonly id: string
  readonly name: string
}

/** The organization of a customer. It is created on the first call. */
export async function organizationOf(
  { organization }: ScalekitClient,
  { id: externalId, name }: Customer,
): Promise<Organization> {
  const find = async () => (await organization.getOrganizationByExternalId(externalId)).organization
  try {
    return await find()
  } catch (error) {
    if (!isCode(error, 'api_not_found')) throw error
  }
  try {
    return (await organization.createOrganization(name, { externalId })).organization
  } catch (error) {
    // Another process created it in the meantime.
    if (isCode(error, 'api_already_exists')) return find()
    throw error
  }
}

/** A line for each customer: how its people sign in, and how many its directory lists. */
export async function* report(scalekit: ScalekitClient): AsyncGenerator<string> {
  for await (const { id, displayName } of scalekit.organization.organizations()) {
    const { connections } = await scalekit.connection.listConnections(id)
    const active = connections.filter(({ enabled }) => enabled).map(({ provider }) => provider)
    const people = await countPeople(scalekit, id)
    yield `${displayName}: ${active.join(', ') || 'no single sign-on'}, ${people} people`
  }
}

async function countPeople({ directory }: ScalekitClient, organizationId: string) {
  const { directories } = await directory.listDirectories(organizationId)
  let people = 0
  for (const { id } of directories) {
    for await (const _user of directory.users(organizationId, id)) people += 1
  }
  return people
}

function isCode(error: unknown, code: ApiError['code']): boolean {
  return error instanceof ApiError && error.code === code
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env
  const scalekit = new ScalekitClient(
    SCALEKIT_ENVIRONMENT_URL!,
    SCALEKIT_CLIENT_ID!,
    SCALEKIT_CLIENT_SECRET!,
  )
  await organizationOf(scalekit, { id: 'initech', name: 'Initech' })
  for await (const line of report(scalekit)) console.log(line)
}
