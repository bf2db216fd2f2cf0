import type { OrganizationSeed, PersonSeed } from './seed.ts'

/** Grace works for Acme and advises Globex: one user with different roles in two organizations. */
const grace = { email: 'grace@acme.example', name: 'Grace Hopper' }

const acme: OrganizationSeed = {
  id: 'org_69615647365005430',
  externalId: 'acme',
  displayName: 'Acme',
  domains: ['acme.example'],
  connection: { id: 'conn_69615647365005431', provider: 'OKTA', type: 'SAML' },
  directory: { id: 'dir_69615647365005432' },
  people: [
    {
      email: 'ada@acme.example',
      name: 'Ada Lovelace',
      roles: ['admin'],
      permissions: ['projects:read', 'projects:write', 'members:invite'],
      groups: ['Engineering', 'Administrators'],
    },
    { ...grace, permissions: ['projects:read', 'projects:write'], groups: ['Engineering'] },
    {
      email: 'alan@acme.example',
      name: 'Alan Turing',
      permissions: ['projects:read'],
      groups: ['Research'],
    },
    {
      email: 'charles@acme.example',
      name: 'Charles Babbage',
      groups: ['Research'],
      refusal: 'access_denied',
    },
    { email: 'hedy@acme.example', name: 'Hedy Lamarr', refusal: 'user_not_active' },
  ],
}

const globex: OrganizationSeed = {
  id: 'org_70087756662964366',
  externalId: 'globex',
  displayName: 'Globex',
  domains: ['globex.example'],
  connection: { id: 'conn_70087756662964367', provider: 'MICROSOFT_AD', type: 'OIDC' },
  directory: { id: 'dir_70087756662964368' },
  people: [
    {
      email: 'katherine@globex.example',
      name: 'Katherine Johnson',
      roles: ['admin'],
      permissions: ['projects:read', 'projects:write', 'members:invite'],
      groups: ['Flight Research'],
    },
    {
      email: 'edsger@globex.example',
      name: 'Edsger Dijkstra',
      permissions: ['projects:read'],
      groups: ['Flight Research'],
    },
    { ...grace, roles: ['advisor'], permissions: ['projects:read'], groups: ['Advisors'] },
    { email: 'john@globex.example', name: 'John Backus', refusal: 'access_denied' },
  ],
}

/** The two customers of an emulator without a seed. Their ids never change. */
export const sampleOrganizations: readonly OrganizationSeed[] = [acme, globex]

/** Ada is a member of Acme by her email address; Sam belongs to no organization. */
export const sampleSocialPeople: readonly PersonSeed[] = [
  { email: 'ada@acme.example', name: 'Ada Lovelace' },
  { email: 'sam@mail.example', name: 'Sam Rivera' },
]
