import { describe, it } from 'vitest'
import { useVirtualTime } from '../support/virtual-time.ts'
import { attacker, publishedPem } from './provider/keys.ts'
import type { Changes, Lies, TokenLie } from './provider/lies.ts'
import { clientSecret } from './provider/provider.ts'
import { hmac, rsa, type Signer, unsigned } from './provider/signatures.ts'
import { clientId, organizationId, subject } from './provider/tokens.ts'
import {
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'

useVirtualTime()

const now = () => Math.floor(Date.now() / 1000)

function made(accessToken: TokenLie): { readonly lies: Lies } {
  return { lies: { accessToken } }
}

function claims(changes: Changes): { readonly lies: Lies } {
  return made({ claims: changes })
}

function algorithm(alg: string, sign: Signer): { readonly lies: Lies } {
  return made({ header: { alg }, sign })
}

const refused: readonly RefusedLie[] = [
  { lie: 'the key of an attacker', ...made({ sign: rsa(attacker.privateKey) }) },
  { lie: 'no signature', ...algorithm('none', unsigned) },
  { lie: 'HS256 with the published key', ...algorithm('HS256', hmac(publishedPem)) },
  { lie: 'HS256 with the client secret', ...algorithm('HS256', hmac(clientSecret)) },
  { lie: 'an unknown key id', ...made({ header: { kid: marker } }), mayAsk: ['/keys'] },
  { lie: 'the type of a logout token', ...made({ header: { typ: 'logout+jwt' } }) },
  { lie: 'another iss', ...claims({ iss: `https://${marker}.example` }) },
  { lie: 'another subject than the ID token', ...claims({ sub: 'usr_other' }) },
  { lie: 'no subject', ...claims({ sub: undefined }) },
  { lie: 'a list with the subject', ...claims({ sub: [subject] }) },
  { lie: 'another client', ...claims({ client_id: marker }) },
  { lie: 'a list with the client', ...claims({ client_id: [clientId] }) },
  { lie: 'another aud and no client', ...claims({ client_id: undefined, aud: marker }) },
  { lie: 'no aud and no client', ...claims({ client_id: undefined, aud: undefined }) },
  { lie: 'an end in the past', ...claims(() => ({ exp: now() - 60 })) },
  { lie: 'no end', ...claims({ exp: undefined }) },
  { lie: 'a beginning in the future', ...claims(() => ({ nbf: now() + 120 })) },
  { lie: 'an iat a week old', ...claims(() => ({ iat: now() - 604_800 })) },
  { lie: 'a nonce, as an ID token has', ...claims({ nonce: marker }) },
  { lie: 'an at_hash, as an ID token has', ...claims({ at_hash: marker }) },
  { lie: 'events, as a logout token has', ...claims({ events: {} }) },
  {
    lie: 'another organization',
    ...claims({ oid: 'org_1', roles: ['owner'] }),
    code: 'login_target_mismatch',
  },
  { lie: 'a list with the organization', ...claims({ oid: [organizationId] }) },
  { lie: 'a number for the organization', ...claims({ oid: 42 }) },
  { lie: 'nothing', ...made({ finish: () => undefined }), code: 'provider_failed' },
  { lie: 'null', ...made({ finish: () => null }), code: 'provider_failed' },
  { lie: 'an empty text', ...made({ finish: () => '' }), code: 'provider_failed' },
  { lie: 'a number', ...made({ finish: () => 42 }), code: 'provider_failed' },
  { lie: 'a list', ...made({ finish: (token) => [token] }), code: 'provider_failed' },
  {
    lie: 'two lines of no form',
    ...made({ finish: () => `opaque\r\n${marker}` }),
    code: 'provider_failed',
  },
  { lie: 'a line break at its end', ...made({ finish: (token) => `${token}\r\n` }) },
]

/** What one of an unusual form still says about who it is. */
const ada = { user: { id: subject }, organizationId }

function granted(what: string, changes: Changes, grants: object): HarmlessLie {
  return { lie: what, ...claims(changes), principal: { ...ada, ...grants } }
}

const harmless: readonly HarmlessLie[] = [
  granted('roles as a text', { roles: 'owner' }, { roles: [] }),
  granted('roles as an object', { roles: { owner: true } }, { roles: [] }),
  granted('roles that are no texts', { roles: ['owner', { name: 'owner' }] }, { roles: [] }),
  granted('roles null', { roles: null }, { roles: [] }),
  granted('permissions as a text', { permissions: 'all:write' }, { permissions: [] }),
  granted('permissions in a list of lists', { permissions: [['all']] }, { permissions: [] }),
  {
    lie: 'a scope that is a number, where the response names none',
    lies: { accessToken: { claims: { scope: 1 } }, token: { members: { scope: undefined } } },
    principal: { ...ada, scopes: [] },
  },
  granted('an audience of its own', { aud: 'https://api.acme.example' }, { roles: ['member'] }),
  granted(
    'no organization, as in single sign-on',
    { oid: undefined },
    { roles: [], permissions: [] },
  ),
  { lie: 'no form at all', ...made({ finish: () => 'opaque' }), principal: { ...ada, roles: [] } },
]

describe('an access token is refused with', () => {
  it.each(refused)('$lie', expectRefused)
})

describe('an access token brings no more than it says with', () => {
  it.each(harmless)('$lie', expectSignedIn)
})
