import { expect, it } from 'vitest'
import { createApp } from '../../examples/webhooks/app.ts'
import { deliver, example } from '../support/webhook.ts'
import { runExample } from './run.ts'

const ada = 'ada@acme.example'

/** The example, an emulator that sends it events, and Ada, who is an admin of Acme. */
async function running() {
  const { url, emulator, visitor } = await runExample((options, { webhookSecret: secret }) =>
    createApp({ ...options, webhooks: { secret } }),
  )
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  const acme = emulator.organizations[0]!
  return {
    url,
    secret: emulator.webhookSecret,
    acme,
    emulator,
    directory: emulator.directory(acme.directory!.id),
    members: async () => (await browser.call('/members').expect(200)).body,
  }
}

it('provisions and deprovisions people as the directory says', async () => {
  const { acme, directory, emulator, members } = await running()
  const organizationId = acme.id
  const katherine = directory.createUser({ email: 'kat@acme.example', name: 'Katherine Johnson' })
  await emulator.settled()
  const row = { organizationId, email: 'kat@acme.example', name: 'Katherine Johnson' }
  expect(await members()).toEqual([{ ...row, isActive: true }])

  emulator.advance(1)
  directory.updateUser(katherine.id, { active: false })
  await emulator.settled()
  expect(await members()).toEqual([{ ...row, isActive: false }])

  emulator.advance(1)
  directory.deleteUser(katherine.id)
  await emulator.settled()
  expect(await members()).toEqual([])
})

it('is not misled by an event that comes too late', async () => {
  const { acme, members, secret, url } = await running()
  const about = { organization_id: acme.id }
  const send = (type: 'user_created' | 'user_deleted', occurred_at: string) => {
    const data = { ...about, id: 'diruser_1' }
    const event = { ...example(`organization.directory.${type}`, data), ...about, occurred_at }
    return deliver(url, { event, secret }).expect(201)
  }
  await send('user_created', '2026-01-02T03:04:05.5Z')
  expect(await members()).toHaveLength(1)
  await send('user_deleted', '2026-01-02T03:04:07.25Z')
  await send('user_created', '2026-01-02T03:04:06.123456789Z')
  expect(await members()).toEqual([])
})

it('shows people of other companies to nobody', async () => {
  const { emulator, members } = await running()
  const globex = emulator.organizations[1]!
  if (!globex.directory) throw new Error('Globex has no directory')
  emulator.directory(globex.directory.id).createUser({ email: 'x@globex.example', name: 'X' })
  await emulator.settled()
  expect(await members()).toEqual([])
})
