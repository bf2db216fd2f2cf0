import { signIn } from 'express-scalekit/testing'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../app.js'
import { start } from '../start.js'

let acme
let application
beforeAll(async () => {
  application = await start(createApp)
  acme = application.emulator.organizations.find(({ displayName }) => displayName === 'Acme')
})
afterAll(() => application.close())

const userCreated = 'organization.directory.user_created'

it('takes a webhook, and takes it once', async () => {
  const { auth, baseUrl, emulator } = application
  const { headers } = await signIn(auth, 'ada@acme.example')
  const members = () => request(baseUrl).get(`/organizations/${acme.id}/members`).set(headers)
  const before = await members().expect(200)
  const [delivery] = await emulator.deliver(userCreated, undefined, { duplicate: 1 })
  expect(delivery.state).toBe('delivered')
  const after = await members().expect(200)
  expect(after.body).toEqual([...before.body, delivery.event.data.email])
})

it('takes a webhook that was late', async () => {
  const { emulator, skip } = application
  const [delivery] = await emulator.deliver(userCreated, undefined, { delaySeconds: 60 })
  expect(delivery.state).toBe('waiting')
  skip(60)
  await emulator.settled()
  expect(delivery.state).toBe('delivered')
})

it('signs a user out who was removed from the directory', async () => {
  const { auth, baseUrl, emulator } = application
  const { headers } = await signIn(auth, 'alan@acme.example')
  await request(baseUrl).get('/account').set(headers).expect(200)
  const directory = emulator.directory(acme.directory.id)
  const alan = directory.users.find(({ email }) => email === 'alan@acme.example')
  directory.deleteUser(alan.id)
  await emulator.settled()
  await request(baseUrl).get('/account').set(headers).expect(401)
})
