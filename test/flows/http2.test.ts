import connect from 'connect'
import { describe, expect, it } from 'vitest'
import { getAuth, type ScalekitAuth, type ScalekitAuthOptions } from '../../src/index.ts'
import { showPrincipal } from '../support/application.ts'
import { askOverHttp2 } from '../support/http2.ts'
import { start } from '../support/start.ts'
import { navigation } from '../support/visitor.ts'

const origins = ['http://acme.app.example', 'http://globex.app.example']

/** What `GET path` at a host of the application is answered over HTTP/2. */
async function ask(auth: ScalekitAuth, target: string, headers = {}) {
  const app = connect()
  app.use(auth)
  app.use('/page', auth.requireOrganization({ subdomainOf: 'app.example' }))
  app.use('/page', showPrincipal)
  const { host, pathname, search } = new URL(target)
  const answer = await askOverHttp2(app, {
    ':path': pathname + search,
    ':authority': host,
    ...headers,
  })
  return answer.headers
}

/** An application whose sessions are cookies of ours, on every server that has it. */
function startWith(options: ScalekitAuthOptions = {}) {
  return start({ options: { session: 'cookie', ...options } })
}

describe('over HTTP/2, which names the host in another way,', () => {
  it.each(origins)('a sign-in begins and ends at %s, where it was asked for', async (origin) => {
    const { auth, emulator } = await startWith({ baseUrl: origins })
    const headers = await ask(auth, `${origin}/login?organization_id=acme`, navigation)
    const authorizeUrl = new URL(headers.location ?? '')
    expect(authorizeUrl.origin).toBe(emulator.url)
    expect(authorizeUrl.searchParams.get('redirect_uri')).toBe(`${origin}/callback`)
  })

  it.each([
    ['acme', 200],
    ['globex', 403],
  ])('the subdomain %s says which organization a page belongs to: %i', async (name, status) => {
    const { auth, visitor } = await startWith()
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', 'ada@acme.example')
    const cookie = `scalekit-session=${browser.cookie('scalekit-session')}`
    const headers = await ask(auth, `http://${name}.app.example/page`, { cookie })
    expect(headers[':status']).toBe(status)
  })

  it('a session is renewed, beside the cookies of the application', async () => {
    let time = Date.now()
    const clock = () => time
    const { auth, visitor } = await startWith({ clock })
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', 'ada@acme.example')
    const cookie = `scalekit-session=${browser.cookie('scalekit-session')}`
    time += 43_200_000
    const app = connect()
    app.use(auth)
    app.use('/page', (req, res) => {
      getAuth(req)
      res.setHeader('Set-Cookie', 'theirs=1')
      res.setHeader('Cache-Control', 'public')
      res.end()
    })
    const { headers } = await askOverHttp2(app, { ':path': '/page', cookie })
    const lines = [headers['set-cookie'] ?? []].flat()
    expect(lines.map((line) => line.split('=')[0])).toEqual(['theirs', 'scalekit-session'])
    expect(headers['cache-control']).toBe('no-store')
  })
})
