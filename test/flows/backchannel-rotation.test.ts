import request from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { jwk, published } from '../hostile/provider/keys.ts'
import { clientId, secondKey, secondKid, startBearer } from '../support/bearer.ts'

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

/** An application that has just loaded the keys, and Scalekit, which then signs with a new one. */
async function scene() {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { keys, url, call } = await startBearer()
  await call('/app', `Bearer ${await keys.personsToken()}`).expect(200)
  expect(keys.loads()).toBe(1)
  let count = 0

  async function logoutToken(kid: string) {
    count += 1
    const claims = {
      ...{ aud: clientId, client_id: undefined, jti: `tkn_logout_${count}`, events },
      ...{ oid: undefined, roles: undefined, permissions: undefined, scope: undefined },
    }
    const header = { kid, typ: 'logout+jwt' }
    return keys.personsToken({ claims, header, key: secondKey.privateKey })
  }

  return {
    keys,
    call,
    logoutToken,
    send: (token: string) =>
      request(url).post('/backchannel-logout').type('form').send({ logout_token: token }),
    pass: (ms: number) => void vi.setSystemTime(Date.now() + ms),
  }
}

describe('a logout token of a key that was published after the keys were loaded', () => {
  it('is an outage until the keys may be loaded again, and is then accepted', async () => {
    const { keys, call, logoutToken, send, pass } = await scene()
    keys.answer(200, [jwk(published.publicKey), jwk(secondKey.publicKey, { kid: secondKid })])
    const ada = `Bearer ${await keys.personsToken()}`
    pass(5000)
    const token = await logoutToken(secondKid)
    const { body, headers } = await send(token).expect(503)
    expect(body).toEqual({ error: 'temporarily_unavailable' })
    expect(headers['retry-after']).toBe('25')
    expect(keys.loads()).toBe(1)
    await call('/app', ada).expect(200)
    pass(25_000)
    await send(token).expect(200)
    await call('/app', ada).expect(401)
  })

  it('is invalid where it was issued before that load', async () => {
    const { logoutToken, send, pass } = await scene()
    pass(-5000)
    const token = await logoutToken(secondKid)
    pass(5000)
    await send(token).expect(400)
  })

  it('is invalid where it has no payload that can be read', async () => {
    const { logoutToken, send, pass } = await scene()
    pass(5000)
    const [head, , signature] = (await logoutToken(secondKid)).split('.')
    await send(`${head}.e30x.${signature}`).expect(400)
    await send(`${head}..${signature}`).expect(400)
  })

  it('is invalid where the keys loaded after its issue do not have its key either', async () => {
    const { keys, logoutToken, send, pass } = await scene()
    pass(5000)
    const token = await logoutToken(secondKid)
    await send(token).expect(503)
    pass(25_000)
    await send(token).expect(400)
    expect(keys.loads()).toBe(2)
  })
})
