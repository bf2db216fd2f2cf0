import { describe, it, vi } from 'vitest'
import { useStandingTime } from '../support/virtual-time.ts'
import type { AnswerLie, Changes } from './provider/lies.ts'
import { unsigned } from './provider/signatures.ts'
import { subject } from './provider/tokens.ts'
import {
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'

// A failure of discovery is shared for a second, by `Date`.
useStandingTime()
const forget = () => void vi.setSystemTime(Date.now() + 1001)

function document(changes: Changes): { readonly lies: { readonly discovery: AnswerLie } } {
  return { lies: { discovery: { members: changes } } }
}

const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

/** Places no endpoint may be at, told for each of them. */
const places: readonly (readonly [string, (honest: string) => unknown])[] = [
  ['missing', () => undefined],
  ['null', () => null],
  ['empty', () => ''],
  ['a list', (honest) => [honest]],
  ['a path', (honest) => new URL(honest).pathname],
  ['at another origin', () => `https://${marker}.example/x`],
  ['at another port', (honest) => Object.assign(new URL(honest), { port: '1' }).href],
  ['at another host', (honest) => honest.replace('127.0.0.1', 'localhost')],
  [
    'at a host that begins alike',
    (honest) => honest.replace('127.0.0.1', `127.0.0.1.${marker}.example`),
  ],
  [
    'behind user info',
    (honest) => honest.replace('http://', `http://${marker}.example@`).replace('127', '1.127'),
  ],
  ['a script', () => `javascript:alert('${marker}')`],
  ['data', () => `data:application/json,{"${marker}":1}`],
  ['a file', () => 'file:///etc/passwd'],
  ['over ftp', (honest) => honest.replace('http:', 'ftp:')],
]

const misplaced: readonly RefusedLie[] = [...endpoints, 'end_session_endpoint'].flatMap((name) =>
  places
    .filter(([place]) => name !== 'end_session_endpoint' || place !== 'missing')
    .map(([place, at]) => ({
      lie: `${name} ${place}`,
      ...document((honest) => ({ [name]: at(String(honest[name])) })),
    })),
)

const issuers: readonly RefusedLie[] = [
  { lie: 'no issuer', ...document({ issuer: undefined }) },
  { lie: 'another issuer', ...document({ issuer: `https://${marker}.example` }) },
  { lie: 'the issuer with a slash', ...document(({ issuer }) => ({ issuer: `${issuer}/` })) },
  { lie: 'the issuer below a path', ...document(({ issuer }) => ({ issuer: `${issuer}/tenant` })) },
  {
    lie: 'the issuer with user info',
    ...document(({ issuer }) => ({ issuer: String(issuer).replace('//', '//a@') })),
  },
  { lie: 'the issuer in a list', ...document(({ issuer }) => ({ issuer: [issuer] })) },
  { lie: 'issuer null', ...document({ issuer: null }) },
  { lie: 'issuer __proto__', ...document({ issuer: '__proto__' }) },
]

/** What a sign-in only meets later. */
const promises: readonly RefusedLie[] = [
  {
    lie: 'that callbacks name the issuer, when they do not',
    lies: {
      discovery: { members: { authorization_response_iss_parameter_supported: true } },
      authorize: (back) => back,
    },
    code: 'callback_invalid',
    isKept: true,
  },
  {
    lie: 'that ID tokens need no signature',
    lies: {
      discovery: { members: { id_token_signing_alg_values_supported: ['none', 'RS256'] } },
      idToken: { header: { alg: 'none' }, sign: unsigned },
    },
    code: 'id_token_invalid',
  },
  {
    lie: 'that ID tokens are signed with HS256',
    lies: {
      discovery: { members: { id_token_signing_alg_values_supported: ['HS256'] } },
      idToken: { header: { alg: 'HS256' } },
    },
    isKept: true,
    code: 'id_token_invalid',
  },
]

const cold = <Row extends object>(rows: readonly Row[]) =>
  rows.map((row) => ({ ...row, isWarm: false, forget }))

const harmless: readonly HarmlessLie[] = [
  document({ __proto__: { polluted: true }, constructor: { prototype: { polluted: true } } }),
  document({ userinfo_endpoint: `https://${marker}.example/userinfo` }),
  document({
    request_parameter_supported: true,
    mtls_endpoint_aliases: { token_endpoint: `https://${marker}.example` },
  }),
  document({ end_session_endpoint: undefined }),
].map((row) => ({
  lie: Object.keys(row.lies.discovery.members ?? {}).join(' and '),
  ...row,
  isWarm: false,
  principal: { user: { id: subject } },
}))

describe('a discovery document signs nobody in that tells', () => {
  it.each(cold([...issuers, ...misplaced]))('$lie', (row) =>
    expectRefused({ ...row, code: 'provider_failed' }),
  )
  it.each(cold(promises))('$lie', expectRefused)
})

describe('a discovery document does no harm with unusual', () => {
  it.each(harmless)('$lie', expectSignedIn)
})
