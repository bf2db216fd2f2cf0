import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { signIn } from 'express-scalekit/testing'
import { createApp } from '../app.js'
import { start } from '../start.js'

const { auth, baseUrl, close, emulator } = await start(createApp)
after(close)

async function get(path, headers = {}) {
  const response = await fetch(baseUrl + path, { headers })
  return { status: response.status, body: await response.json() }
}

test('tells a visitor to sign in', async () => {
  const { status, body } = await get('/account')
  assert.equal(status, 401)
  assert.equal(body.code, 'not_signed_in')
})

test('knows who is signed in', async () => {
  const { headers } = await signIn(auth, 'ada@acme.example')
  assert.deepEqual(await get('/account', headers), { status: 200, body: { name: 'Ada Lovelace' } })
})

test('keeps users of another organization out', async () => {
  const [acme] = emulator.organizations
  const { headers } = await signIn(auth, 'katherine@globex.example')
  const { status, body } = await get(`/organizations/${acme.id}/members`, headers)
  assert.equal(status, 403)
  assert.equal(body.code, 'wrong_organization')
})

test('refuses a session that was ended', async () => {
  const { headers } = await signIn(auth, 'ada@acme.example', { revoked: true })
  assert.equal((await get('/account', headers)).status, 401)
})

test('lets a user in when Scalekit is back', async () => {
  emulator.fail({ path: '/oauth/token', status: 503 })
  await assert.rejects(signIn(auth, 'ada@acme.example'), { code: 'provider_failed' })
  await signIn(auth, 'ada@acme.example')
})
