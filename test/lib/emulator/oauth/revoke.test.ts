import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../../../src/testing.ts'
import { postToken, refreshParams, tokensFor } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { acmeId, emulateApi } from '../rest/api.ts'

const offline = { scope: 'openid offline_access' }

describe('a revocation', () => {
  it.each(['refresh_token', 'access_token', 'other', undefined])(
    'of a refresh token ends every token of its sign-in, whatever the hint: %s',
    async (hint) => {
      const emulator = await emulate()
      const { refresh_token, access_token } = await tokensFor(emulator, offline)
      const other = await tokensFor(emulator, offline)
      const sent = await revoke(emulator, { token: refresh_token, token_type_hint: hint })
      expect([sent.status, await sent.text()]).toEqual([200, ''])
      expect((await refresh(emulator, refresh_token)).body.error).toBe('invalid_grant')
      expect(await userinfoStatus(emulator, access_token)).toBe(401)
      expect((await refresh(emulator, other.refresh_token)).status).toBe(200)
    },
  )

  it('of a successor, and of a token that was replaced, ends the others, too', async () => {
    const emulator = await emulate()
    const first = await tokensFor(emulator, offline)
    const { body: second } = await refresh(emulator, first.refresh_token)
    await revoke(emulator, { token: second.refresh_token })
    expect((await refresh(emulator, first.refresh_token)).body.error).toBe('invalid_grant')

    const third = await tokensFor(emulator, offline)
    const { body: fourth } = await refresh(emulator, third.refresh_token)
    await revoke(emulator, { token: third.refresh_token })
    expect((await refresh(emulator, fourth.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('of an access token ends that one only', async () => {
    const emulator = await emulate()
    const { refresh_token, access_token } = await tokensFor(emulator, offline)
    await revoke(emulator, { token: access_token, token_type_hint: 'access_token' })
    expect(await userinfoStatus(emulator, access_token)).toBe(401)
    expect((await refresh(emulator, refresh_token)).status).toBe(200)
  })

  it('of a token of the application closes the management API to it', async () => {
    const emulator = await emulate()
    const params = { grant_type: 'client_credentials', ...credentialsOf(emulator) }
    const { body } = await postToken(emulator, new URLSearchParams(params))
    const headers = { authorization: `Bearer ${body.access_token}` }
    const list = () => fetch(`${emulator.url}/api/v1/organizations`, { headers })
    expect((await list()).status).toBe(200)
    await revoke(emulator, { token: body.access_token })
    expect((await list()).status).toBe(401)
  })

  it('of an unknown token is 200, as of one that is revoked', async () => {
    const emulator = await emulate()
    expect((await revoke(emulator, { token: 'rt_guessed' })).status).toBe(200)
  })

  it('leaves the session of the user alone, and sends nothing', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const { refresh_token } = await tokensFor(emulator, offline)
    await revoke(emulator, { token: refresh_token })
    await emulator.settled()
    expect(emulator.sessions).toMatchObject([{ isOver: false }])
    expect(receiver.types()).toEqual(['user.login'])
  })

  it.each([
    ['another secret', 401, 'invalid_client', { client_secret: 'wrong' }],
    ['no secret', 401, 'invalid_client', { client_secret: undefined }],
    ['no token', 400, 'invalid_request', { token: undefined }],
  ])('is refused with %s and changes nothing', async (_what, status, error, changes) => {
    const emulator = await emulate()
    const { refresh_token } = await tokensFor(emulator, offline)
    const answer = await revoke(emulator, { token: refresh_token, ...changes })
    expect([answer.status, await answer.json()]).toMatchObject([status, { error }])
    expect((await refresh(emulator, refresh_token)).status).toBe(200)
  })

  it('is refused to a client of an organization, which has no tokens here', async () => {
    const { emulator, api } = await emulateApi()
    const { body } = await api(`POST /organizations/${acmeId}/clients`, { name: 'Export' })
    const { client, plain_secret } = body as { client: { client_id: string }; plain_secret: string }
    const { refresh_token } = await tokensFor(emulator, offline)
    const credentials = { client_id: client.client_id, client_secret: plain_secret }
    const answer = await revoke(emulator, { ...credentials, token: refresh_token })
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: 'unauthorized_client' },
    ])
    expect((await refresh(emulator, refresh_token)).status).toBe(200)
  })

  it('is recorded by the hash of its token', async () => {
    const emulator = await emulate()
    const { refresh_token } = await tokensFor(emulator, offline)
    const { body } = await refresh(emulator, refresh_token)
    await revoke(emulator, { token: refresh_token })
    await revoke(emulator, { token: body.refresh_token })
    const [sent, same, fresh] = emulator.requests.slice(-3).map(({ tokenHash }) => tokenHash)
    expect(same).toBe(sent)
    expect(fresh).not.toBe(sent)
  })
})

it('without tokenRevocation, discovery names no endpoint, and there is none', async () => {
  const emulator = await emulate({ tokenRevocation: false })
  const { url } = emulator
  const document = await (await fetch(`${url}/.well-known/openid-configuration`)).json()
  expect(document).not.toHaveProperty('revocation_endpoint')
  const { refresh_token } = await tokensFor(emulator, offline)
  expect((await revoke(emulator, { token: refresh_token })).status).toBe(501)
  expect((await refresh(emulator, refresh_token)).status).toBe(200)
})

function credentialsOf({ options }: Emulator) {
  return { client_id: options.clientId, client_secret: options.clientSecret }
}

function revoke(emulator: Emulator, changes: Readonly<Record<string, string | undefined>>) {
  const params = Object.entries({ ...credentialsOf(emulator), ...changes })
  const body = new URLSearchParams(
    params.filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return fetch(`${emulator.url}/revoke`, { method: 'POST', body })
}

function refresh(emulator: Emulator, refreshToken: string) {
  return postToken(emulator, refreshParams(emulator, refreshToken))
}

async function userinfoStatus({ url }: Emulator, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(`${url}/userinfo`, { headers })).status
}
