import { describe, expect, it } from 'vitest'
import { browserAt, claimsOf } from '../../../support/emulator-browser.ts'
import { authorizeUrl } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'

const grace = 'grace@acme.example'
const [acmeId, globexId] = ['org_69615647365005430', 'org_70087756662964366']
const switcher = { prompt: 'select_account', organization_id: undefined }
const directly = (organization_id: string) => ({ prompt: 'select_account', organization_id })

/** Grace is signed in to Acme. */
async function signedIn() {
  const { emulator, receiver } = await emulateWithReceiver()
  const browser = browserAt(emulator)
  await browser.open(authorizeUrl(emulator, { organization_id: acmeId }))
  const { idToken } = await claimsOf(emulator, await browser.choose(grace))
  return {
    emulator,
    receiver,
    browser,
    idToken,
    open: (changes: Readonly<Record<string, string | undefined>>) =>
      browser.open(authorizeUrl(emulator, changes)),
  }
}

describe('prompt=select_account', () => {
  it('shows a signed-in user their organizations, without a sign-in', async () => {
    const { open } = await signedIn()
    const { title, page } = await open(switcher)
    expect(title).toBe('Choose an organization')
    expect(page).toContain(`You are ${grace}.`)
    expect(page.match(/name="organization" value="[^"]+"/g)).toEqual([
      `name="organization" value="${acmeId}"`,
      `name="organization" value="${globexId}"`,
    ])
  })

  it('stays in the session; organization, roles and permissions follow', async () => {
    const { emulator, browser, open, idToken } = await signedIn()
    await open(switcher)
    expect((await browser.send({ organization: globexId })).title).toBe('Sign in to Globex')
    const switched = await claimsOf(emulator, await browser.choose(grace))
    expect(switched.idToken).toMatchObject({
      sub: idToken.sub,
      sid: idToken.sid,
      oid: globexId,
      amr: ['conn_70087756662964367'],
    })
    expect(switched.accessToken).toMatchObject({
      oid: globexId,
      sid: idToken.sid,
      roles: ['advisor'],
      permissions: ['projects:read'],
    })
  })

  it('asks the identity provider of an organization once in a session', async () => {
    const { emulator, browser, open } = await signedIn()
    expect((await open(directly(globexId))).title).toBe('Sign in to Globex')
    await browser.choose(grace)
    const back = await open(directly(acmeId))
    expect((await claimsOf(emulator, back)).idToken.oid).toBe(acmeId)
    const again = await open(directly(globexId))
    expect((await claimsOf(emulator, again)).accessToken.oid).toBe(globexId)
  })

  it('tells of all organizations of the session at its end', async () => {
    const { emulator, receiver, browser, open, idToken } = await signedIn()
    await open(directly(globexId))
    await browser.choose(grace)
    await browser.open(`${emulator.url}/oidc/logout`)
    await emulator.settled()
    expect(receiver.types()).toEqual(['user.login', 'user.logout'])
    expect(receiver.received[1]!.event).toMatchObject({
      organization_id: globexId,
      data: {
        user_session: {
          session_id: idToken.sid,
          organization_id: globexId,
          authenticated_organizations: [acmeId, globexId],
        },
      },
    })
  })

  it('knows a user by their id, however they spelled their address', async () => {
    const kim = { email: 'kim@mail.example', name: 'Kim Novak' }
    const emulator = await emulate({
      organizations: [
        { id: 'org_1', displayName: 'Initech', connection: null, people: [kim] },
        { id: 'org_2', displayName: 'Acme', people: [kim] },
      ],
    })
    const browser = browserAt(emulator)
    const proveEmail = async () => {
      await browser.open(authorizeUrl(emulator, switcher))
      const { title } = await browser.send({ step: 'email' })
      expect(title).toBe('Sign in')
      await browser.send({ email: 'Kim@Mail.example' })
      await browser.send({ code: '424242' })
      return browser.send({ organization: 'org_2' })
    }
    await browser.open(authorizeUrl(emulator, { organization_id: 'org_2' }))
    await browser.choose(kim.email)
    expect((await proveEmail()).params).toHaveProperty('code')
  })

  it('begins another session for somebody else', async () => {
    const { emulator, browser, open, idToken } = await signedIn()
    await open(directly(globexId))
    const { idToken: other } = await claimsOf(
      emulator,
      await browser.choose('katherine@globex.example'),
    )
    expect(other.sid).not.toBe(idToken.sid)
    expect(other.email).toBe('katherine@globex.example')
  })

  it('lets others sign in where the user is not a member', async () => {
    const emulator = await emulate()
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { organization_id: acmeId }))
    await browser.choose('ada@acme.example')
    const { title } = await browser.open(authorizeUrl(emulator, directly(globexId)))
    expect(title).toBe('Sign in to Globex')
  })

  it('does not switch back to an organization that deactivated the user since', async () => {
    const { emulator, browser, open } = await signedIn()
    await open(directly(globexId))
    await browser.choose(grace)
    const directory = emulator.directory('dir_69615647365005432')
    const { id } = directory.users.find(({ email }) => email === grace)!
    directory.updateUser(id, { active: false })
    expect((await open(directly(acmeId))).params).toMatchObject({ error: 'user_not_active' })
    expect((await open(switcher)).page).not.toContain(acmeId)
  })

  it('signs in at once by an organization without single sign-on', async () => {
    const emulator = await emulate({
      organizations: ['org_1', 'org_2'].map((id) => ({
        id,
        displayName: id,
        connection: null,
        people: [{ email: 'kim@mail.example', name: 'Kim Novak', roles: [`role of ${id}`] }],
      })),
    })
    const browser = browserAt(emulator)
    await browser.open(authorizeUrl(emulator, { organization_id: 'org_1' }))
    await browser.send({ email: 'kim@mail.example' })
    const first = await claimsOf(emulator, await browser.send({ code: '424242' }))
    const switched = await browser.open(authorizeUrl(emulator, directly('org_2')))
    expect(await claimsOf(emulator, switched)).toMatchObject({
      idToken: { oid: 'org_2', sid: first.idToken.sid },
      accessToken: { oid: 'org_2', roles: ['role of org_2'] },
    })
  })
})
