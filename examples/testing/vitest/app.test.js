import { signIn, startEmulator } from 'express-scalekit/testing'
import request from 'supertest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../app.js'

let acme
let app
let auth
let emulator
beforeAll(async () => {
  emulator = await startEmulator()
  const webhooks = { secret: emulator.webhookSecret }
  const options = { ...emulator.options, baseUrl: 'http://localhost:3000', webhooks }
  ;({ app, auth } = createApp(options))
  acme = emulator.organizations.find(({ displayName }) => displayName === 'Acme')
})
afterAll(() => emulator.close())

const account = () => request(app).get('/account')
const members = () => request(app).get(`/organizations/${acme.id}/members`)

it('tells a visitor to sign in', async () => {
  const { body } = await account().expect(401)
  expect(body).toMatchObject({ code: 'not_signed_in', loginUrl: '/login' })
})

it('knows who is signed in', async () => {
  const { cookie } = await signIn(auth, 'ada@acme.example')
  const { body } = await account().set('Cookie', cookie).expect(200)
  expect(body).toEqual({ name: 'Ada Lovelace' })
})

it('shows members to administrators alone', async () => {
  const admin = await signIn(auth, 'ada@acme.example')
  await members().set(admin.headers).expect(200)
  const member = await signIn(auth, 'grace@acme.example')
  const { body } = await members().set(member.headers).expect(403)
  expect(body.code).toBe('role_required')
})

it('keeps users of another organization out', async () => {
  const stranger = { email: 'eve@initech.example', organization: 'initech', roles: ['admin'] }
  const { headers } = await signIn(auth, stranger)
  const { body } = await members().set(headers).expect(403)
  expect(body.code).toBe('wrong_organization')
})

it('knows a user of two organizations in each of them', async () => {
  const advisor = await signIn(auth, 'grace@acme.example', { organization: 'globex' })
  const { body } = await members().set(advisor.headers).expect(403)
  expect(body.code).toBe('wrong_organization')
})

it.each([{ expired: true }, { revoked: true }])(
  'refuses a session that is over: %o',
  async (over) => {
    const { headers } = await signIn(auth, 'ada@acme.example', over)
    await account().set(headers).expect(401)
  },
)

it('lets a user in when Scalekit is back', async () => {
  emulator.fail({ path: '/oauth/token', status: 503 })
  await expect(signIn(auth, 'ada@acme.example')).rejects.toThrow('token endpoint')
  await signIn(auth, 'ada@acme.example')
})
