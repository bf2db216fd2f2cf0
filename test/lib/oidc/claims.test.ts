import { describe, expect, it } from 'vitest'
import type { Pins } from '../../../src/lib/ground/types.ts'
import { assertPinned, profileOf } from '../../../src/lib/oidc/claims.ts'
import type { IdTokenClaims } from '../../../src/lib/oidc/id-token.ts'
import { issuer } from './tokens.ts'

describe('profileOf', () => {
  it('says in our words who signed in and where they belong', () => {
    expect(profileOf(idToken())).toEqual({
      iss: issuer,
      sub: 'conn_1;00u-ada',
      organizationId: 'org_1',
      externalOrganizationId: 'acme',
      connectionId: 'conn_1',
      idpUserId: '00u-ada',
      email: 'ada@acme.example',
      emailVerified: true,
      sid: 'ses_1',
      authenticatedAt: 1_767_322_800_000,
    })
  })

  describe('emailVerified', () => {
    it.each([true])('is true for %j', (value) => {
      expect(profileOf(idToken({ email_verified: value })).emailVerified).toBe(true)
    })

    it.each(['true', 1, [true], {}, null, undefined, false])('is false for %j', (value) => {
      expect(profileOf(idToken({ email_verified: value })).emailVerified).toBe(false)
    })

    it.each([undefined, '', 5, ['ada@acme.example']])('is false where the email is %j', (email) => {
      expect(profileOf(idToken({ email })).emailVerified).toBe(false)
    })
  })

  describe('a value of another type', () => {
    it.each([5, ['org_1'], { id: 'org_1' }, null, true, ''])('%j counts as missing', (value) => {
      const profile = profileOf(
        idToken({ oid: value, xoid: value, email: value, sid: value, auth_time: String(value) }),
      )
      for (const name of [
        'organizationId',
        'externalOrganizationId',
        'email',
        'sid',
        'authenticatedAt',
      ]) {
        expect(profile).not.toHaveProperty(name)
      }
    })
  })

  describe('the connection', () => {
    it.each([
      ['is the one amr names', ['conn_2'], 'usr_1', 'conn_2'],
      ['is the one amr names among methods', ['pwd', 'conn_2', 'mfa'], 'usr_1', 'conn_2'],
      ['is amr’s even where the subject names another', ['conn_2'], 'conn_1;ada', 'conn_2'],
      ['is the subject’s where amr names none', ['pwd'], 'conn_1;ada', 'conn_1'],
      ['is the subject’s where there is no amr', undefined, 'conn_1;ada', 'conn_1'],
      ['is the subject’s where amr is no list', 'conn_2', 'conn_1;ada', 'conn_1'],
      ['is the subject’s where amr holds no texts', [5, ['conn_2']], 'conn_1;ada', 'conn_1'],
      ['is unknown where neither names one', ['pwd'], 'usr_1', undefined],
      ['is not a subject without a user', undefined, 'conn_1', undefined],
      ['is not another kind of prefix', undefined, 'usr_1;ada', undefined],
    ])('%s', (_case, amr, sub, connectionId) => {
      expect(profileOf(idToken({ amr, sub })).connectionId).toBe(connectionId)
    })

    it('leaves the identity provider’s user id whole', () => {
      expect(profileOf(idToken({ sub: 'conn_1;a;b;' })).idpUserId).toBe('a;b;')
      expect(profileOf(idToken({ sub: 'usr_1' }))).not.toHaveProperty('idpUserId')
    })
  })
})

describe('assertPinned', () => {
  describe('an organization that was asked for by Scalekit’s id', () => {
    const pins = { organizationId: 'org_1' }

    it('is the one that comes back', () => {
      accepted(pins, { oid: 'org_1' })
    })

    it.each([
      ['another', 'org_2'],
      ['none', undefined],
      ['one that begins like it', 'org_10'],
      ['one in another case', 'ORG_1'],
      ['a list of it', ['org_1']],
    ])('is refused when %s comes back', (_case, oid) => {
      refused(pins, { oid })
    })

    it('is refused when only the external id agrees', () => {
      refused(pins, { oid: 'org_2', xoid: 'org_1' })
    })
  })

  describe('an organization that was asked for by the application’s own id', () => {
    const pins = { externalOrganizationId: 'acme' }

    it('is the one that comes back', () => {
      accepted(pins, { oid: 'org_1', xoid: 'acme' })
    })

    it.each([
      ['another', 'globex'],
      ['none', undefined],
      ['one that begins like it', 'acme2'],
      ['one in another case', 'Acme'],
    ])('is refused when %s comes back', (_case, xoid) => {
      refused(pins, { oid: 'org_1', xoid })
    })

    it('is refused when Scalekit’s own id is missing beside it', () => {
      refused(pins, { oid: undefined, xoid: 'acme' })
    })
  })

  describe('a connection that was asked for', () => {
    const pins = { connectionId: 'conn_1' }

    it('is the one that amr names', () => {
      accepted(pins, { amr: ['conn_1'], sub: 'usr_1' })
    })

    it('is the one the subject begins with, where amr names none', () => {
      accepted(pins, { amr: ['pwd'], sub: 'conn_1;ada' })
      accepted(pins, { amr: undefined, sub: 'conn_1;ada' })
    })

    it.each([
      ['amr names another', ['conn_2'], 'usr_1'],
      ['amr names another while the subject begins with it', ['conn_2'], 'conn_1;ada'],
      ['the subject begins with another', undefined, 'conn_2;ada'],
      ['the subject begins with a longer one', undefined, 'conn_10;ada'],
      ['the subject only begins with its letters', undefined, 'conn_1ada'],
      ['nobody names one', undefined, 'usr_1'],
    ])('is refused when %s', (_case, amr, sub) => {
      refused(pins, { amr, sub })
    })

    it('pins its organization too, where that is known', () => {
      const both = { ...pins, organizationId: 'org_1' }
      accepted(both, { amr: ['conn_1'], oid: 'org_1' })
      refused(both, { amr: ['conn_1'], oid: 'org_2' })
      refused(both, { amr: ['conn_2'], oid: 'org_1' })
    })
  })

  describe('nothing that was asked for', () => {
    it.each([
      ['any organization', { oid: 'org_2' }],
      ['no organization', { oid: undefined }],
    ])('lets in %s', (_case, claims) => {
      accepted({}, claims)
    })

    it('never compares email addresses', () => {
      accepted({}, { email: 'grace@globex.example' })
    })
  })

  describe('the access token', () => {
    it('may be of the same organization, or of none', () => {
      accepted({}, { oid: 'org_1' }, 'org_1')
      accepted({}, { oid: 'org_1' }, undefined)
    })

    it('is refused when it is another organization’s, whatever was asked for', () => {
      refused({}, { oid: 'org_1' }, 'org_2')
      refused({ organizationId: 'org_1' }, { oid: 'org_1' }, 'org_2')
    })

    it('is refused when the ID token names no organization at all', () => {
      refused({}, { oid: undefined }, 'org_1')
    })
  })
})

/** The verified claims of Ada's ID token, with any part replaced; `undefined` takes it away. */
function idToken(changes: Readonly<Record<string, unknown>> = {}): IdTokenClaims {
  const claims = {
    iss: issuer,
    sub: 'conn_1;00u-ada',
    oid: 'org_1',
    xoid: 'acme',
    amr: ['conn_1'],
    sid: 'ses_1',
    email: 'ada@acme.example',
    email_verified: true,
    auth_time: 1_767_322_800,
    name: 'Ada Lovelace',
    groups: ['Engineering'],
    ...changes,
  }
  return JSON.parse(JSON.stringify(claims)) as IdTokenClaims
}

type Claims = Readonly<Record<string, unknown>>

function accepted(pins: Pins, claims: Claims, tokenOrganizationId?: string): void {
  expect(() => assertPinned(pins, profileOf(idToken(claims)), tokenOrganizationId)).not.toThrow()
}

function refused(pins: Pins, claims: Claims, tokenOrganizationId?: string): void {
  expect(() => assertPinned(pins, profileOf(idToken(claims)), tokenOrganizationId)).toThrow(
    expect.objectContaining({ name: 'LoginError', code: 'login_target_mismatch' }),
  )
}
