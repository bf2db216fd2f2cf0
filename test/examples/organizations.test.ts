import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/organizations/app.ts'
import { createApp as subdomains } from '../../examples/organizations/subdomains.ts'
import { signInAt } from '../support/sign-in-page.ts'
import { navigation, type Visitor } from '../support/visitor.ts'
import { runExample } from './run.ts'

const [ada, grace] = ['ada@acme.example', 'grace@acme.example']
const form = { ...navigation, 'Sec-Fetch-Site': 'same-origin' }

/** The example with the emulator's two companies as customers. */
function running() {
  return runExample((options, { organizations }) => {
    const customers = organizations.map(({ id, externalId, displayName }) => ({
      id,
      slug: externalId!,
      name: displayName,
      projects: [`The first of ${displayName}`],
    }))
    return createApp(customers, options)
  })
}

/** Opens a page, and signs in by the email address that is asked for. */
async function enter(browser: Visitor, path: string, who: string) {
  const { headers } = await browser.open(path).expect(302)
  return browser.signIn(`${headers.location}&login_hint=${who}`, who)
}

it('signs in to the company of an address, and back to it', async () => {
  const { visitor } = await running()
  const browser = visitor()
  const back = await enter(browser, '/o/acme', ada)
  expect(back.headers.location).toBe('/o/acme')
  const { text } = await browser.open('/o/acme').expect(200)
  expect(text).toContain('The first of Acme')
  expect(text).not.toContain('Globex')
  const home = await browser.open('/').expect(302)
  expect(home.headers.location).toBe('/o/acme')
})

it('switches between companies, and people are in each what they are there', async () => {
  const { visitor } = await running()
  const browser = visitor()
  await enter(browser, '/o/acme', grace)
  await enter(browser, '/o/globex', grace)
  const globex = await browser.open('/o/globex').expect(200)
  expect(globex.text).toContain('advisor')
  expect(globex.text).toContain('Switch to Acme')

  const begun = await browser.post('/switch', form).type('form').send({ slug: 'acme' }).expect(303)
  const back = await browser.open(await signInAt(begun.headers.location!, grace))
  expect(back.headers.location).toBe('/o/acme')
  const acme = await browser.open('/o/acme').expect(200)
  expect(acme.text).toContain('member')
  expect(acme.text).toContain('Switch to Globex')
  await browser.call('/o/globex').expect(403)
})

it('lets admins alone add projects and open the portal', async () => {
  const { visitor } = await running()
  const [admin, member] = [visitor(), visitor()]
  await enter(admin, '/o/acme', ada)
  await enter(member, '/o/acme', grace)
  const add = { name: '<b>Second</b>' }
  await admin.post('/o/acme/projects', form).type('form').send(add).expect(303)
  await member.post('/o/acme/projects', form).type('form').send(add).expect(403)
  await admin.post('/o/globex/projects').type('form').send(add).expect(403)
  const [ofAdmin, ofMember] = [await admin.open('/o/acme'), await member.open('/o/acme')]
  expect(ofAdmin.text).toContain('&#60;b&#62;Second&#60;/b&#62;')
  expect(ofAdmin.text.split('Second')).toHaveLength(2)
  expect([ofAdmin, ofMember].map(({ text }) => text.includes('href="/portal"'))).toEqual([
    true,
    false,
  ])
  expect((await admin.open('/portal').expect(200)).text).toContain('Open the admin portal')
  await member.open('/portal').expect(403)
})

it('takes a form without anything in it for one that names nothing', async () => {
  const { visitor } = await running()
  const admin = visitor()
  await enter(admin, '/o/acme', ada)
  const added = await admin.post('/o/acme/projects', form).expect(303)
  const switched = await admin.post('/switch', form).expect(303)
  expect([added, switched].map(({ headers }) => headers.location)).toEqual(['/o/acme', '/'])
})

it('lets nobody in where no company goes by the name', async () => {
  const { visitor } = await running()
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  await browser.call('/o/initech').expect(403)
  await browser.call('/o/__proto__').expect(403)
  const away = await browser.post('/switch', form).type('form').send({ slug: 'initech' })
  expect([away.status, away.headers.location]).toEqual([303, '/'])
})

describe('examples/organizations/subdomains.ts', () => {
  /** The example on two hosts, and a browser for one of them. */
  async function browserAt(name: string) {
    const { url, visitor } = await runExample(
      (options, { organizations }) => {
        const tenants = organizations.map(({ id, externalId }) => ({ id, name: externalId! }))
        return subdomains(tenants, siteOf(options.baseUrl), options)
      },
      (baseUrl) => ({
        redirectUris: ['acme', 'globex'].map(
          (each) => `http://${each}.${hostOf(baseUrl)}/callback`,
        ),
      }),
    )
    const browser = visitor()
    const headers = { Host: `${name}.${hostOf(url)}` }
    return {
      open: (path: string) => browser.open(path, headers),
      openAt: (host: string) => browser.open('/', { Host: `${host}.${hostOf(url)}` }),
    }
  }

  const siteOf = (url: string) => new URL(`http://${hostOf(url)}`)
  const hostOf = (url: string) => `localhost:${new URL(url).port}`

  it('signs in to the organization of the host, and asks for no email address', async () => {
    const { open } = await browserAt('acme')
    const login = await open('/').expect(302)
    const authorize = await open(login.headers.location!).expect(302)
    const callback = new URL(await signInAt(authorize.headers.location!, ada))
    expect(callback.hostname).toBe('acme.localhost')
    await open(callback.pathname + callback.search).expect(302)
    const { text } = await open('/').expect(200)
    expect(text).toBe('Hello Ada Lovelace of org_69615647365005430')
  })

  it('does not let a user of one host in at another', async () => {
    const { open, openAt } = await browserAt('acme')
    const login = await open('/').expect(302)
    const authorize = await open(login.headers.location!).expect(302)
    const callback = new URL(await signInAt(authorize.headers.location!, grace))
    await open(callback.pathname + callback.search).expect(302)
    const { headers } = await openAt('globex').expect(302)
    expect(headers.location).toBe('/login?organization_id=globex&return_to=%2F')
  })
})
