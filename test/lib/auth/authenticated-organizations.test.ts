import { describe, expect, it } from 'vitest'
import {
  authenticatedOrganizations,
  followedBy,
} from '../../../src/lib/auth/authenticated-organizations.ts'
import { ada } from '../identities.ts'

const atAcme = ada({ sub: 'usr_ada', organizationId: 'org_1', connectionId: 'conn_1' })
const atGlobex = ada({ sub: 'usr_ada', organizationId: 'org_2', sessionId: 'session-after' })
function knownAfter(
  previous: Parameters<typeof followedBy>[0],
  identity = atGlobex,
): readonly string[] {
  return authenticatedOrganizations(followedBy(previous, identity))
}

describe('authenticatedOrganizations', () => {
  it('is the current organization where nothing else is known', () => {
    expect(authenticatedOrganizations(atAcme)).toEqual(['org_1'])
    const { organizationId, ...nowhere } = atAcme
    expect(authenticatedOrganizations(nowhere)).toEqual([])
  })
})

describe('a session that takes the place of another', () => {
  it('knows the organizations of the one before, its own last', () => {
    expect(knownAfter(atAcme)).toEqual(['org_1', 'org_2'])
    const third = { ...atGlobex, organizationId: 'org_3' }
    const second = followedBy(atAcme, atGlobex)
    expect(knownAfter(second, third)).toEqual(['org_1', 'org_2', 'org_3'])
    expect(knownAfter(second, { ...atAcme, sessionId: 'back' })).toEqual(['org_2', 'org_1'])
  })

  it('keeps those of a sign-in without organization', () => {
    const { organizationId, ...nowhere } = atGlobex
    expect(knownAfter(atAcme, nowhere)).toEqual(['org_1'])
  })

  it('knows only its own after nobody, and after somebody else', () => {
    expect(knownAfter(undefined)).toEqual(['org_2'])
    expect(knownAfter({ ...atAcme, sub: 'usr_grace' })).toEqual(['org_2'])
    expect(knownAfter({ ...atAcme, iss: 'https://other.scalekit.com' })).toEqual(['org_2'])
  })

  it('knows only its own where subjects differ, as in single sign-on', () => {
    const before = ada({ sub: 'conn_1;00u-ada', idpUserId: '00u-ada', organizationId: 'org_1' })
    const after = ada({ sub: 'conn_2;ada-7', idpUserId: 'ada-7', organizationId: 'org_2' })
    expect(knownAfter(before, after)).toEqual(['org_2'])
  })

  it('remembers the twenty latest', () => {
    const many = Array.from({ length: 30 }, (_, index) => `org_${index + 100}`)
    const known = knownAfter({ ...atAcme, authenticatedOrganizations: many })
    expect(known).toEqual([...many.slice(-19), 'org_2'])
  })
})
