import { describe, expect, it } from 'vitest'
import {
  authenticatedOrganizations,
  followedBy,
} from '../../../src/lib/auth/authenticated-organizations.ts'
import { ada } from '../identities.ts'

const atAcme = ada({ sub: 'usr_ada', organizationId: 'org_1', connectionId: 'conn_1' })
const atGlobex = ada({ sub: 'usr_ada', organizationId: 'org_2', sessionId: 'session-after' })
/** The same two as single sign-on names them. */
const ofConnection1 = ada({ sub: 'conn_1;00u-ada', idpUserId: '00u-ada', organizationId: 'org_1' })
const ofConnection2 = ada({
  sub: 'conn_2;ada-7',
  idpUserId: 'ada-7',
  organizationId: 'org_2',
  sessionId: 'session-after',
})

function knownAfter(
  previous: Parameters<typeof followedBy>[0],
  identity = atGlobex,
  switchedFrom?: string,
): readonly string[] {
  return authenticatedOrganizations(followedBy(previous, identity, switchedFrom))
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
    const second = followedBy(atAcme, atGlobex, undefined)
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

  it('knows only its own where another person ended a switch', () => {
    expect(knownAfter({ ...atAcme, sub: 'usr_grace' }, atGlobex, atAcme.sessionId)).toEqual([
      'org_2',
    ])
  })

  it('believes a switch where a person has another subject at each organization', () => {
    expect(knownAfter(ofConnection1, ofConnection2, ofConnection1.sessionId)).toEqual([
      'org_1',
      'org_2',
    ])
    expect(knownAfter(ofConnection1, ofConnection2)).toEqual(['org_2'])
    expect(knownAfter(ofConnection1, ofConnection2, 'another-session')).toEqual(['org_2'])
    const elsewhere = { ...ofConnection2, iss: 'https://other.scalekit.com' }
    expect(knownAfter(ofConnection1, elsewhere, ofConnection1.sessionId)).toEqual(['org_2'])
  })

  it('remembers the twenty latest', () => {
    const many = Array.from({ length: 30 }, (_, index) => `org_${index + 100}`)
    const known = knownAfter({ ...atAcme, authenticatedOrganizations: many })
    expect(known).toEqual([...many.slice(-19), 'org_2'])
  })
})
