import type { OrganizationSeed, PersonSeed } from '../../../src/testing.ts'

const words =
  'Maria Theresia Walburga Amalia Christina von Habsburg Lothringen und Bourbon Sizilien'

/** A name of 100 characters, in words. */
export const longName: string = `${words} Lopez Garcia y Alvarez`.slice(0, 100).padEnd(100, 'z')

/** A name of 100 characters that a browser may break nowhere. */
export const unbrokenName: string =
  'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft'
    .repeat(2)
    .slice(0, 100)

/** An email address of 254 characters, the most there can be. */
export const longEmail: string = `${'first.last.'.repeat(5)}ends.here@${'a-very-long-subdomain.'.repeat(8)}long.example`

export const arabicName = 'عبد الرحمن بن محمد بن خلدون الحضرمي'
export const hebrewName = 'שרה אהרנסון־כהן'

/** Forty people: long names, long addresses, names that are written from right to left. */
const people: readonly PersonSeed[] = [
  {
    email: longEmail,
    name: longName,
    roles: ['admin', 'billing-administrator-of-the-whole-group', 'r'.repeat(80)],
    permissions: ['projects:read', 'p'.repeat(80)],
    groups: ['Engineering', 'g'.repeat(80)],
  },
  { email: 'unbroken@long.example', name: unbrokenName, refusal: 'access_denied' },
  { email: 'ibn.khaldun@long.example', name: arabicName },
  { email: 'sarah@long.example', name: hebrewName, refusal: 'user_not_active' },
  { email: 'emoji@long.example', name: '🦊 Renard' },
  ...Array.from({ length: 35 }, (_none, index) => ({
    email: `person-${index + 6}@long.example`,
    name: `Person ${index + 6}`,
  })),
]

/** A customer whose every name is as long as a name can be. */
export const longOrganization: OrganizationSeed = {
  id: 'org_90000000000000001',
  externalId: 'x'.repeat(100),
  displayName: `${unbrokenName.slice(0, 60)} ${longName.slice(0, 39)}`,
  domains: ['long.example', longEmail.split('@')[1]!],
  connection: { id: 'conn_90000000000000002' },
  directory: { id: 'dir_90000000000000003' },
  people,
}

/** A customer whose name is written from right to left. */
export const arabicOrganization: OrganizationSeed = {
  id: 'org_90000000000000004',
  displayName: 'شركة المثال للتقنية',
  domains: ['mithal.example'],
  people: [{ email: 'ibn.khaldun@mithal.example', name: arabicName, roles: ['admin'] }],
}

/** A customer that has nothing yet. */
export const newOrganization: OrganizationSeed = {
  id: 'org_90000000000000005',
  displayName: 'Initech',
  connection: null,
  directory: null,
}
