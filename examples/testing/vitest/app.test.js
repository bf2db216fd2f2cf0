import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../app.js'
import { signIn } from '../sign-in.js'
import { start } from '../start.js'

let app
let acme
beforeAll(async () => {
  app = await start(createApp)
  acme = app.emulator.organizations.find(({ displayName }) => displayName === 'Acme')
})
afterAll(() => app.close())

const membersOfAcme = () => request(app.baseUrl).get(`/organizations/${acme.id}/members`)

it('tells a visitor to sign in', async () => {
  const { body } = await request(app.baseUrl).get('/account').expect(401)
  expect(body).toMatchObject({ code: 'not_signed_in', loginUrl: '/login' })
})

it('knows who is signed in', async () => {
  const cookie = await signIn(app.baseUrl, 'ada@acme.example')
  const { body } = await request(app.baseUrl).get('/account').set('Cookie', cookie).expect(200)
  expect(body).toEqual({ name: 'Ada Lovelace' })
})

it('shows members to administrators of their organization alone', async () => {
  const admin = await signIn(app.baseUrl, 'ada@acme.example')
  const member = await signIn(app.baseUrl, 'grace@acme.example')
  const stranger = await signIn(app.baseUrl, 'katherine@globex.example')
  await membersOfAcme().set('Cookie', admin).expect(200)
  const refused = await membersOfAcme().set('Cookie', member).expect(403)
  expect(refused.body.code).toBe('role_required')
  const other = await membersOfAcme().set('Cookie', stranger).expect(403)
  expect(other.body.code).toBe('wrong_organization')
})

it('knows a user of two organizations in each of them', async () => {
  const globex = app.emulator.organizations.find(({ displayName }) => displayName === 'Globex')
  const target = { organization_id: globex.id }
  const advisor = await signIn(app.baseUrl, 'grace@acme.example', target)
  await membersOfAcme().set('Cookie', advisor).expect(403)
})

it('signs a user out who was removed from the directory', async () => {
  const cookie = await signIn(app.baseUrl, 'alan@acme.example')
  await request(app.baseUrl).get('/account').set('Cookie', cookie).expect(200)
  const directory = app.emulator.directory(acme.directory.id)
  const alan = directory.users.find(({ email }) => email === 'alan@acme.example')
  directory.deleteUser(alan.id)
  await app.emulator.settled()
  await request(app.baseUrl).get('/account').set('Cookie', cookie).expect(401)
})

it('takes a webhook, and takes it once', async () => {
  const cookie = await signIn(app.baseUrl, 'ada@acme.example')
  const before = await membersOfAcme().set('Cookie', cookie).expect(200)
  const type = 'organization.directory.user_created'
  const [delivery] = await app.emulator.deliver(type, undefined, { duplicate: 1 })
  expect(delivery.state).toBe('delivered')
  const after = await membersOfAcme().set('Cookie', cookie).expect(200)
  expect(after.body).toEqual([...before.body, delivery.event.data.email])
})

it('takes a webhook that was late', async () => {
  const type = 'organization.directory.user_created'
  const [delivery] = await app.emulator.deliver(type, undefined, { delaySeconds: 60 })
  expect(delivery.state).toBe('waiting')
  app.skip(60)
  await app.emulator.settled()
  expect(delivery.state).toBe('delivered')
})

it('lets a user in when Scalekit is back', async () => {
  app.emulator.fail({ path: '/oauth/token', status: 503 })
  await expect(signIn(app.baseUrl, 'ada@acme.example')).rejects.toThrow('returned 502')
  await signIn(app.baseUrl, 'ada@acme.example')
})

it('ends a session after a day without a request', async () => {
  const cookie = await signIn(app.baseUrl, 'ada@acme.example')
  app.skip(86_401)
  await request(app.baseUrl).get('/account').set('Cookie', cookie).expect(401)
})
