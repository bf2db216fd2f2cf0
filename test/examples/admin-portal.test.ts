import { expect, it } from 'vitest'
import { createApp } from '../../examples/admin-portal/app.ts'
import { runExample } from './run.ts'

it('lets an administrator open the portal of their company, by another link each time', async () => {
  const { visitor } = await runExample((options) => createApp(options))
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const settings = await browser.open('/settings').expect(200)
  const [, portal] = / href="(\/portal)"/.exec(settings.text) ?? []
  const links: string[] = []
  for (let visit = 0; visit < 2; visit += 1) {
    const { headers } = await browser.open(portal!).expect(302)
    links.push(headers.location!)
    expect(await (await fetch(headers.location!)).text()).toContain('Admin portal of Acme')
  }
  expect(links[0]).not.toBe(links[1])
})

it('lets nobody else near it', async () => {
  const { visitor } = await runExample((options) => createApp(options))
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', 'grace@acme.example')
  await browser.open('/settings').expect(403)
  await browser.open('/portal').expect(403)
  await visitor().call('/settings').expect(401)
})
