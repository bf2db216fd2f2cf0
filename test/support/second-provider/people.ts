/** What a person may do in their organization. */
export interface Rights {
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

/** Somebody who can sign in at the second provider, and where they belong. */
export interface Member extends Rights {
  readonly email: string
  readonly name: string
  readonly organizationId: string
  readonly externalOrganizationId: string
  readonly connectionId: string
  readonly domain: string
  /** Their id at their company's identity provider. */
  readonly idpUserId: string
}

const acme = {
  organizationId: 'org_5500000000000001',
  externalOrganizationId: 'acme',
  connectionId: 'conn_5500000000000002',
  domain: 'acme.example',
}

const globex = {
  organizationId: 'org_6600000000000001',
  externalOrganizationId: 'globex',
  connectionId: 'conn_6600000000000002',
  domain: 'globex.example',
}

export const ada: Member = {
  ...acme,
  email: 'ada@acme.example',
  name: 'Ada Lovelace',
  idpUserId: 'dcc62570-ada',
  roles: ['admin'],
  permissions: ['projects:write'],
}

export const katherine: Member = {
  ...globex,
  email: 'katherine@globex.example',
  name: 'Katherine Johnson',
  idpUserId: '9f3a1c44-katherine',
  roles: ['member'],
  permissions: ['projects:read'],
}

const members: readonly Member[] = [ada, katherine]

/** As Scalekit names people who come through single sign-on. */
export function subjectOf({ connectionId, idpUserId }: Member): string {
  return `${connectionId};${idpUserId}`
}

export function memberBySubject(subject: string | undefined): Member | undefined {
  return members.find((member) => subjectOf(member) === subject)
}

/** The people of the one place that an authorization request names; of all places for none. */
export function membersAt(params: Readonly<Record<string, unknown>>): readonly Member[] {
  const named = params.connection_id ?? params.organization_id ?? params.domain
  return members.filter(
    ({ connectionId, organizationId, externalOrganizationId, domain }) =>
      named === undefined ||
      [connectionId, organizationId, externalOrganizationId, domain].includes(String(named)),
  )
}
