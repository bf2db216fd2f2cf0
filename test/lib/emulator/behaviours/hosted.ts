import { expect } from 'vitest'
import { browserAt, claimsOf } from '../../../support/emulator-browser.ts'
import { authorizeUrl } from '../application.ts'
import { emulate } from '../emulate.ts'
import { type Behaviour, behaviour } from './behaviour.ts'

const kim = 'kim@mail.example'
const member = { email: kim, name: 'Kim Novak' }
const initech = { id: 'org_1', displayName: 'Initech', connection: null }
const umbrella = { id: 'org_2', displayName: 'Umbrella', connection: null }
const nowhere = { organization_id: undefined }

/** The pages that Scalekit hosts in full-stack mode. */
export const hostedBehaviours: readonly Behaviour[] = [
  behaviour('People without single sign-on get a one-time code by email', 'laxer', async () => {
    const emulator = await emulate({ organizations: [{ ...initech, people: [member] }] })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { organization_id: 'org_1' }))
    await browser.send({ email: kim })
    expect((await browser.send({ code: '424242' })).params).toHaveProperty('code')
  }),
  behaviour('`prompt=create` creates a user with an organization', 'as documented', async () => {
    const emulator = await emulate()
    const request = authorizeUrl(emulator, { ...nowhere, prompt: 'create' })
    expect((await browserAt(emulator).open(request)).title).toBe('Create an account')
  }),
  behaviour('`prompt=select_account` offers a user’s organizations', 'as documented', async () => {
    const people = [member]
    const organizations = [initech, umbrella].map((one) => ({ ...one, people }))
    const emulator = await emulate({ organizations })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { ...nowhere, prompt: 'select_account' }))
    await browser.send({ email: kim })
    expect((await browser.send({ code: '424242' })).title).toBe('Choose an organization')
  }),
  behaviour(
    'The first sign-in of an invited person accepts the invitation',
    'as documented',
    async () => {
      const people = [{ ...member, membershipStatus: 'PENDING_INVITE' as const }]
      const emulator = await emulate({ organizations: [{ ...initech, people }] })
      const browser = browserAt(emulator)
      await browser.open(authorizeUrl(emulator, { organization_id: 'org_1' }))
      await browser.send({ email: kim })
      const { idToken } = await claimsOf(emulator, await browser.send({ code: '424242' }))
      expect(idToken).toMatchObject({ email: kim, oid: 'org_1' })
    },
  ),
]
