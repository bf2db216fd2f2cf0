import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createApp } from '../../examples/single-page-app/server.ts'
import { scalekitAuth } from '../../src/index.ts'
import { manifest, readJson } from '../package/manifest.ts'
import type { Visitor } from '../support/visitor.ts'
import { viteConfig } from '../support/vite-config.ts'
import { runExample } from './run.ts'

const deepLink = '/projects/p1?tab=notes#top'

/** The example with a front end that was built. */
async function running() {
  const folder = await mkdtemp(join(tmpdir(), 'single-page-app-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'index.html'), '<title>The front end</title>')
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'assets/index-1.js'), 'start()')
  return runExample((options) => createApp(options, folder))
}

/** What the front end does with a 401: the sign-in that its problem document names, and back. */
async function signInFor(browser: Visitor, path: string, who: string) {
  const { body } = await browser
    .call(path)
    .expect(401)
    .expect('Content-Type', /problem\+json/)
  const query = new URLSearchParams({ return_to: deepLink, login_hint: who })
  return browser.signIn(`${body.loginUrl}?${query}`, who)
}

it('tells the front end who is signed in, with nothing that is a token', async () => {
  const { visitor } = await running()
  const browser = visitor()
  const before = await browser.call('/me').expect(200)
  expect(before.body).toEqual({ status: 'signed-out', loginUrl: '/login' })
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  const { body } = await browser.call('/me').expect(200)
  expect(Object.keys(body).sort()).toEqual([
    'csrfToken',
    'expiresAt',
    'loginUrl',
    'logoutUrl',
    'organizationId',
    'permissions',
    'roles',
    'status',
    'user',
  ])
})

it('leads from a 401 to a sign-in that ends on the deep link', async () => {
  const { visitor } = await running()
  const browser = visitor()
  const back = await signInFor(browser, '/api/projects/p1', 'ada@acme.example')
  expect(back.headers.location).toBe(deepLink)
  const page = await browser.open('/projects/p1?tab=notes').expect(200)
  expect(page.text).toContain('The front end')
  const project = await browser.call('/api/projects/p1').expect(200)
  expect(project.body).toEqual({ id: 'p1', name: 'Rocket skates' })
})

it('refuses with a problem document that offers no sign-in where none would help', async () => {
  const { visitor } = await running()
  const browser = visitor()
  await signInFor(browser, '/api/projects', 'grace@acme.example')
  const { body } = await browser.post('/api/projects').send({ name: 'Mine' }).expect(403)
  expect(body).toMatchObject({ code: 'role_required', detail: expect.any(String) })
  expect(body).not.toHaveProperty('loginUrl')
})

it('keeps to each organization its own projects', async () => {
  const { visitor } = await running()
  const [acme, globex] = [visitor(), visitor()]
  await signInFor(acme, '/api/projects', 'ada@acme.example')
  await signInFor(globex, '/api/projects', 'katherine@globex.example')
  const { body } = await acme.post('/api/projects').send({ name: 'Anvil' }).expect(201)
  await acme.call(`/api/projects/${body.id}`).expect(200)
  await globex.call(`/api/projects/${body.id}`).expect(404)
})

it('signs out by a script that has the token of /me, and by no other', async () => {
  const { visitor } = await running()
  const browser = visitor()
  await signInFor(browser, '/api/projects', 'ada@acme.example')
  const { csrfToken, logoutUrl } = (await browser.call('/me').expect(200)).body
  await browser.post(logoutUrl, { 'X-CSRF-Token': 'another' }).expect(403)
  const signedOut = await browser.post(logoutUrl, { 'X-CSRF-Token': csrfToken }).expect(200)
  expect(signedOut.body.redirectTo).toContain('/oidc/logout')
  await browser.call('/api/projects').expect(401)
  // As the front end of another tab would send it, whose page is older.
  await browser.post(logoutUrl, { 'X-CSRF-Token': csrfToken }).expect(303)
})

it('serves the built front end, and nothing in place of what is missing', async () => {
  const { visitor } = await running()
  const browser = visitor()
  await browser.open('/').expect(200, /The front end/)
  await browser
    .call('/assets/index-1.js')
    .expect(200)
    .expect('Cache-Control', /immutable/)
  await browser.call('/assets/index-0.js').expect(404)
  await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
  await browser.call('/api/nothing').expect(404).expect('Content-Type', /json/)
})

it('has Vite hand on every route that browsers ask for, and no path of the front end', async () => {
  const { server } = await viteConfig()
  const [expression] = Object.keys(server.proxy)
  // Vite's own rule: a key that begins so is an expression for the path and the query.
  expect(expression).toMatch(/^\^/)
  const isHandedOn = (url: string) => new RegExp(expression!).test(url)

  const { close, routes } = scalekitAuth({
    environmentUrl: 'https://acme.scalekit.com',
    clientId: 'skc_1',
    clientSecret: 'client_secret_of_a_test',
    secret: 'cookies_are_sealed_with_this_here',
  })
  await close()
  const ofScalekit = ['webhooks', 'interceptors', 'backchannelLogout']
  const ofBrowsers = Object.keys(routes).filter((name) => !ofScalekit.includes(name))
  expect(ofBrowsers).toContain('organizations')
  const urls = ['api/projects', ...ofBrowsers].flatMap((path) => [`/${path}`, `/${path}?a=1`])
  expect(urls.filter((url) => !isHandedOn(url))).toEqual([])
  const ofFrontEnd = ['/', '/projects/p1', '/members', '/src/api.ts', '/api.svg', '/?me', '/@vite']
  expect(ofFrontEnd.filter(isHandedOn)).toEqual([])
})

it('installs this version of the package', () => {
  const { dependencies } = readJson<typeof manifest>('examples/single-page-app/package.json')
  expect(dependencies[manifest.name]).toBe(`^${manifest.version}`)
})
