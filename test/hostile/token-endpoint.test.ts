import { describe, it } from 'vitest'
import { useStandingTime } from '../support/virtual-time.ts'
import type { AnswerLie, Members } from './provider/lies.ts'
import { organizationId, subject } from './provider/tokens.ts'
import {
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'

useStandingTime()

function members(changes: Members): { readonly lies: { readonly token: AnswerLie } } {
  return { lies: { token: { members: changes } } }
}

function answered(token: AnswerLie): { readonly lies: { readonly token: AnswerLie } } {
  return { lies: { token } }
}

function said(status: number, error: unknown): { readonly lies: { readonly token: AnswerLie } } {
  return answered({ status, body: JSON.stringify({ error, error_description: marker }) })
}

function challenged(error: string): { readonly lies: { readonly token: AnswerLie } } {
  const headers = { 'www-authenticate': `Basic realm="${marker}"` }
  return answered({ status: 401, headers, body: JSON.stringify({ error }) })
}

const refused: readonly RefusedLie[] = [
  { lie: 'no token_type', ...members({ token_type: undefined }), code: 'provider_failed' },
  { lie: 'another token_type', ...members({ token_type: marker }), code: 'provider_failed' },
  { lie: 'tokens bound by DPoP', ...members({ token_type: 'DPoP' }), code: 'provider_failed' },
  { lie: 'an empty token_type', ...members({ token_type: '' }), code: 'provider_failed' },
  {
    lie: 'a token_type in a list',
    ...members({ token_type: ['Bearer'] }),
    code: 'provider_failed',
  },
  { lie: 'token_type null', ...members({ token_type: null }), code: 'provider_failed' },
  { lie: 'expires_in negative', ...members({ expires_in: -1 }), code: 'provider_failed' },
  { lie: 'expires_in as words', ...members({ expires_in: marker }), code: 'provider_failed' },
  { lie: 'expires_in as an object', ...members({ expires_in: {} }), code: 'provider_failed' },
  {
    lie: 'a refresh token that is a number',
    ...members({ refresh_token: 1 }),
    code: 'provider_failed',
  },
  {
    lie: 'a refresh token of two lines',
    ...members({ refresh_token: `a\r\n${marker}` }),
    code: 'provider_failed',
  },
  { lie: 'an empty refresh token', ...members({ refresh_token: '' }), code: 'provider_failed' },
  { lie: 'a scope that is a list', ...members({ scope: ['openid'] }), code: 'provider_failed' },
  { lie: 'an error with status 200', ...said(200, 'invalid_grant'), code: 'provider_failed' },
  { lie: 'a success with status 400', ...answered({ status: 400 }), code: 'provider_failed' },
  { lie: 'a success with status 500', ...answered({ status: 500 }), code: 'provider_failed' },
  { lie: 'invalid_grant', ...said(400, 'invalid_grant'), code: 'code_rejected' },
  { lie: 'invalid_client', ...said(401, 'invalid_client'), code: 'application_refused' },
  {
    lie: 'invalid_client behind WWW-Authenticate',
    ...challenged('invalid_client'),
    code: 'application_refused',
  },
  {
    lie: 'invalid_grant behind WWW-Authenticate',
    ...challenged('invalid_grant'),
    code: 'code_rejected',
  },
  { lie: 'an error of its own', ...said(400, marker), code: 'application_refused' },
  {
    lie: 'an error of markup',
    ...said(400, `<script>${marker}</script>`),
    code: 'application_refused',
  },
  {
    lie: 'an error of two lines',
    ...said(400, `a\r\nSet-Cookie: ${marker}=1`),
    code: 'application_refused',
  },
  { lie: 'the error __proto__', ...said(400, '__proto__'), code: 'application_refused' },
  { lie: 'an error of ten thousand characters', ...said(400, marker.repeat(1000)) },
  { lie: 'an error that is an object', ...said(400, { [marker]: true }), code: 'provider_failed' },
  { lie: 'an error that is a list', ...said(400, [marker]), code: 'provider_failed' },
  { lie: 'an empty error', ...said(400, ''), code: 'provider_failed' },
  {
    lie: 'the ID token for the access token, and the reverse',
    lies: {
      token: {
        members: ({ access_token, id_token }) => ({
          access_token: id_token,
          id_token: access_token,
        }),
      },
    },
  },
  {
    lie: 'the ID token for both',
    lies: { token: { members: ({ id_token }) => ({ access_token: id_token }) } },
  },
  {
    lie: 'the access token for both',
    lies: { token: { members: ({ access_token }) => ({ id_token: access_token }) } },
  },
]

const ada = { user: { id: subject }, organizationId, roles: ['member'] }

function harmless(what: string, changes: Members): HarmlessLie {
  return { lie: what, ...members(changes), principal: ada }
}

const accepted: readonly HarmlessLie[] = [
  harmless('token_type in small letters', { token_type: 'bearer' }),
  harmless('no expires_in', { expires_in: undefined }),
  harmless('expires_in zero', { expires_in: 0 }),
  harmless('expires_in as a text of digits', { expires_in: '299' }),
  harmless('expires_in in a list', { expires_in: [299] }),
  harmless('expires_in of a million years', { expires_in: 3e13 }),
  harmless('expires_in with a fraction', { expires_in: 0.5 }),
  harmless('members of its own', { user: { id: 'usr_root' }, sub: 'usr_root', roles: ['owner'] }),
  {
    lie: 'members named like those of every object',
    ...answered({ body: (honest) => polluting(honest) }),
    principal: ada,
  },
  {
    lie: 'a member twice, the last of which is right',
    ...answered({ body: (honest) => `{"id_token":"${marker}",${JSON.stringify(honest).slice(1)}` }),
    principal: ada,
  },
]

/** Written as text, since `JSON.stringify` would lose them. */
function polluting(honest: Members): string {
  const pollution = '"__proto__":{"polluted":true,"roles":["owner"]},"constructor":{"prototype":{}}'
  return `${JSON.stringify(honest).slice(0, -1)},${pollution}}`
}

describe('the token endpoint signs nobody in with', () => {
  it.each(refused)('$lie', expectRefused)
})

describe('the token endpoint does no harm with', () => {
  it.each(accepted)('$lie', expectSignedIn)
})
