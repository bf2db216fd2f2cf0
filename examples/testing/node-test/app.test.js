import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createApp } from '../app.js'
import { signIn } from '../sign-in.js'
import { start } from '../start.js'

let app
before(async () => {
  app = await start(createApp)
})
after(() => app.close())

async function get(path, cookie = '') {
  const response = await fetch(app.baseUrl + path, { headers: { cookie } })
  return { status: response.status, body: await response.json() }
}

test('tells a visitor to sign in', async () => {
  const { status, body } = await get('/account')
  assert.equal(status, 401)
  assert.equal(body.code, 'not_signed_in')
})

test('knows who is signed in', async () => {
  const cookie = await signIn(app.baseUrl, 'ada@acme.example')
  assert.deepEqual(await get('/account', cookie), { status: 200, body: { name: 'Ada Lovelace' } })
})

test('keeps users of another organization out', async () => {
  const [acme] = app.emulator.organizations
  const cookie = await signIn(app.baseUrl, 'katherine@globex.example')
  const { status, body } = await get(`/organizations/${acme.id}/members`, cookie)
  assert.equal(status, 403)
  assert.equal(body.code, 'wrong_organization')
})

test('signs a user out who was removed from the directory', async () => {
  const cookie = await signIn(app.baseUrl, 'alan@acme.example')
  const [acme] = app.emulator.organizations
  const directory = app.emulator.directory(acme.directory.id)
  const alan = directory.users.find(({ email }) => email === 'alan@acme.example')
  directory.deleteUser(alan.id)
  await app.emulator.settled()
  assert.equal((await get('/account', cookie)).status, 401)
})

test('lets a user in when Scalekit is back', async () => {
  app.emulator.fail({ path: '/oauth/token', status: 503 })
  await assert.rejects(signIn(app.baseUrl, 'ada@acme.example'), /returned 502/)
  await signIn(app.baseUrl, 'ada@acme.example')
})
