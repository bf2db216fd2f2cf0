import type { IncomingMessage, ServerResponse } from 'node:http'
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import type { ScalekitAuth } from '../../../../src/index.ts'
import { createHost, type HostApp } from '../../../support/hosts.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'

/** Answers what an application finds at `req.scalekit`. */
function showProperty(req: IncomingMessage, res: ServerResponse): void {
  const { scalekit } = req as IncomingMessage & { readonly scalekit?: unknown }
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ scalekit: scalekit ?? 'nothing' }))
}

async function signedIn(mount: (app: HostApp, auth: ScalekitAuth) => void) {
  const { visitor } = await start({ mount })
  const browser = visitor()
  await browser.signIn('/login?domain=acme.example', ada)
  return browser
}

const asAda = { scalekit: { status: 'signed-in', user: { email: ada } } }

describe('req.scalekit', () => {
  it('is there in an application inside, called as a function', async () => {
    const browser = await signedIn((app, auth) => {
      const inner = createHost()
      inner.use('/page', showProperty)
      app.use(auth)
      app.use((req, res) => inner(req, res))
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
  })

  it('is there in an application inside that is mounted', async () => {
    const browser = await signedIn((app, auth) => {
      const inner = createHost()
      inner.use('/page', showProperty)
      app.use(auth)
      app.use('/inner', inner)
    })
    expect((await browser.call('/inner/page').expect(200)).body).toMatchObject(asAda)
  })

  it('is there in an application of another Express, with the session mounted there, too', async () => {
    const browser = await signedIn((app, auth) => {
      const inner = express4() as unknown as HostApp
      inner.use(auth.session())
      inner.use('/page', showProperty)
      app.use(auth)
      app.use((req, res) => inner(req, res))
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
  })

  it('stays when the application that the kit is mounted in hands the request back', async () => {
    const browser = await signedIn((app, auth) => {
      const inner = createHost()
      inner.use(auth)
      app.use(inner)
      app.use('/page', showProperty)
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
  })

  it('is nothing where the kit did not run, and then the application may set it', async () => {
    const browser = await signedIn((app, auth) => {
      app.use('/before', showProperty)
      app.use('/own', (req, res) => showProperty(Object.assign(req, { scalekit: 'own' }), res))
      app.use(auth)
      app.use('/page', showProperty)
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
    expect((await browser.call('/before').expect(200)).body).toEqual({ scalekit: 'nothing' })
    expect((await browser.call('/own').expect(200)).body).toEqual({ scalekit: 'own' })
  })

  it('is ours, whatever was put there before', async () => {
    const admin = { status: 'signed-in', user: { id: 'admin' }, roles: ['admin'] }
    const browser = await signedIn((app, auth) => {
      app.use((req, _res, next) => next(void Object.assign(req, { scalekit: admin })))
      app.use(auth)
      app.use('/page', showProperty)
    })
    // The second time, another request has shown where it is to be found.
    await browser.call('/page').expect(200)
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
  })

  it('cannot be set once the kit has', async () => {
    const browser = await signedIn((app, auth) => {
      app.use(auth)
      app.use('/page', (req, res) => {
        expect(() => Object.assign(req, { scalekit: 'own' })).toThrow(TypeError)
        showProperty(req, res)
      })
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
  })

  it('is not listed among the members of a request', async () => {
    const names: string[] = []
    const browser = await signedIn((app, auth) => {
      app.use(auth)
      app.use('/page', (req, res) => {
        for (const name in req) names.push(name)
        showProperty(req, res)
      })
    })
    expect((await browser.call('/page').expect(200)).body).toMatchObject(asAda)
    expect(names).toContain('url')
    expect(names).not.toContain('scalekit')
  })
})
