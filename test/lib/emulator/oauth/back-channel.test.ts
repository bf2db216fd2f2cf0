import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tokensFor } from '../application.ts'
import { emulate } from '../emulate.ts'
import { apiOf } from '../rest/api.ts'

const offline = { scope: 'openid offline_access' }

/** An application's back-channel logout URI. */
async function startEndpoint(status = 200) {
  const received: { type: string | undefined; form: URLSearchParams }[] = []
  const server = createServer(async (req, res) => {
    const body = (await req.toArray()).join('')
    received.push({ type: req.headers['content-type'], form: new URLSearchParams(body) })
    res.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { received, url: `http://127.0.0.1:${port}/backchannel-logout` }
}

describe('a back-channel logout', () => {
  it('sends a logout token by the specification, signed with the emulator’s key', async () => {
    const { url, received } = await startEndpoint()
    const emulator = await emulate({ backChannelLogoutUri: url })
    const { id_token } = await tokensFor(emulator)
    const { sub, sid } = decodeJwt(id_token)
    await fetch(`${emulator.url}/oidc/logout?id_token_hint=${id_token}`)
    await emulator.settled()

    expect(received).toHaveLength(1)
    const [{ type, form }] = received as [(typeof received)[0]]
    expect(type).toMatch(/^application\/x-www-form-urlencoded/)
    expect([...form.keys()]).toEqual(['logout_token'])
    const token = form.get('logout_token')!
    const keys = createRemoteJWKSet(new URL(`${emulator.url}/keys`))
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: emulator.url,
      audience: emulator.options.clientId,
      typ: 'logout+jwt',
      algorithms: ['RS256'],
    })
    expect(protectedHeader.kid).toMatch(/^snk_/)
    expect(payload).toEqual({
      iss: emulator.url,
      sub,
      aud: [emulator.options.clientId],
      iat: expect.any(Number),
      exp: payload.iat! + 120,
      jti: expect.stringMatching(/^tkn_/),
      sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(emulator.backChannelLogouts).toEqual([
      { sessionId: sid, url, logoutToken: token, at: expect.any(Number), status: 200 },
    ])
  })

  it.each<[string, (parts: Ended) => unknown]>([
    ['is revoked', ({ api, sid }) => api(`POST /sessions/${sid}/revoke`)],
    ['has expired', ({ emulator }) => emulator.advance(8 * 86_400)],
    ['loses its organization', ({ api, oid }) => api(`DELETE /organizations/${oid}`)],
  ])('is sent once for a session that %s', async (_how, end) => {
    const { url, received } = await startEndpoint()
    const emulator = await emulate({ backChannelLogoutUri: url })
    const api = await apiOf(emulator)
    const { sid, oid } = decodeJwt((await tokensFor(emulator, offline)).id_token)
    await end({ emulator, api, sid, oid })
    await emulator.settled()
    await end({ emulator, api, sid, oid })
    await emulator.settled()
    expect(received.map(({ form }) => decodeJwt(form.get('logout_token')!).sid)).toEqual([sid])
  })

  it('that fails is listed with what the application answered, or nothing', async () => {
    const { url } = await startEndpoint(400)
    for (const [backChannelLogoutUri, status] of [
      [url, 400],
      ['http://127.0.0.1:9/nobody', undefined],
    ] as const) {
      const emulator = await emulate({ backChannelLogoutUri })
      const { id_token } = await tokensFor(emulator)
      await fetch(`${emulator.url}/oidc/logout?id_token_hint=${id_token}`)
      await emulator.settled()
      expect(emulator.backChannelLogouts.map((one) => one.status)).toEqual([status])
    }
  })

  it('has claims that are wrong on request', async () => {
    const { url, received } = await startEndpoint()
    const emulator = await emulate({ backChannelLogoutUri: url })
    emulator.fail({ logoutToken: { sid: null, nonce: 'never' } })
    const { id_token } = await tokensFor(emulator)
    await fetch(`${emulator.url}/oidc/logout?id_token_hint=${id_token}`)
    await emulator.settled()
    const claims = decodeJwt(received[0]!.form.get('logout_token')!)
    expect(claims.nonce).toBe('never')
    expect(claims).not.toHaveProperty('sid')
  })

  it('is announced, and neither sent nor announced by Modular SSO', async () => {
    const { url, received } = await startEndpoint()
    const announced = async (address: string) =>
      (await (await fetch(`${address}/.well-known/openid-configuration`)).json())
        .backchannel_logout_session_supported
    const emulator = await emulate({ backChannelLogoutUri: url, product: 'sso' })
    const { id_token } = await tokensFor(emulator)
    await fetch(`${emulator.url}/oidc/logout?id_token_hint=${id_token}`)
    await emulator.settled()
    expect(received).toEqual([])
    expect(await announced(emulator.url)).toBeUndefined()
    expect(await announced((await emulate()).url)).toBe(true)
  })
})

interface Ended {
  readonly emulator: Awaited<ReturnType<typeof emulate>>
  readonly api: Awaited<ReturnType<typeof apiOf>>
  readonly sid: unknown
  readonly oid: unknown
}
