import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { io } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLiveApp } from '../../examples/live/app.ts'
import { afterSession } from '../../examples/live/express-session.ts'
import { acceptSocketIo } from '../../examples/live/socket-io.ts'
import { acceptSockets } from '../../examples/live/sockets.ts'
import { instanceOf } from '../../src/lib/http/instance/instance-of.ts'
import { startEmulator } from '../../src/testing.ts'
import { freePort } from '../package/free-port.ts'
import { applicationSession, mountAtRoot, startApplication } from '../support/application.ts'
import { startBearer } from '../support/bearer.ts'
import { eventually } from '../support/eventually.ts'
import { cookiesOf } from '../support/processes.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { openSocket } from '../support/sockets.ts'
import { visitorOf } from '../support/visitor.ts'

const ada = 'ada@acme.example'
const home = '/login?domain=acme.example&return_to=/'

/** The application of the guide, with Ada signed in. */
async function running() {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const emulator = await startEmulator({ redirectUris: [`${url}/callback`] })
  onTestFinished(() => emulator.close())
  const { logger } = recordingLogger()
  const app = createLiveApp({ ...emulator.options, baseUrl: url, logger })
  app.server.listen(port)
  await once(app.server, 'listening')
  onTestFinished(() => app.server.closeAllConnections())
  const browser = visitorOf(url)
  await browser.signIn(home, ada)
  return { ...app, url, headers: { Origin: url, ...cookiesOf(browser) } }
}

describe('examples/live', () => {
  it('can be stopped while a socket, Socket.IO and an event stream are open', async () => {
    const { url, headers, close, server } = await running()
    const { closed } = await openSocket(`${url}/live`, headers)
    const client = io(url, { extraHeaders: headers, reconnection: false })
    onTestFinished(() => void client.close())
    const isGone = new Promise((resolve) => client.once('disconnect', resolve))
    await new Promise((resolve) => client.once('roles', resolve))
    const request = get(`${url}/news`, { headers, agent: false })
    const [response] = await once(request, 'response')
    const events = response.setEncoding('utf8').toArray()
    const isStopped = once(server, 'close')
    await Promise.all([close(), isStopped])
    expect(await closed).toBe(1001)
    await isGone
    expect((await events).join('')).toContain('event: over')
  })

  it('leaves no connection of a refused handshake open', async () => {
    const { url, server } = await running()
    const { port } = new URL(url)
    const socket = connect({ port: Number(port), host: 'localhost', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.write(
      `GET /live HTTP/1.1\r\nHost: localhost\r\nOrigin: ${url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    await once(socket, 'end')
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
    await eventually(async () => {
      const count = await new Promise((resolve) => server.getConnections((_e, n) => resolve(n)))
      expect(count).toBe(0)
    })
  })

  it('tells a machine that connects by Socket.IO why it is refused, and watches it no more', async () => {
    const accepts = ['this-client'] as const
    const { url, auth, keys } = await startBearer(
      { bearer: { accepts } },
      {
        attach(server, at) {
          const sockets = acceptSocketIo(server, at)
          onTestFinished(() => void sockets.disconnectSockets(true))
        },
      },
    )
    const extraHeaders = { Authorization: `Bearer ${await keys.clientToken()}` }
    const client = io(url, { extraHeaders, reconnection: false })
    onTestFinished(() => void client.close())
    const error = await new Promise((resolve) => client.once('connect_error', resolve))
    expect(error).toMatchObject({ message: 'machine_not_accepted', data: { status: 403 } })
    expect(instanceOf(auth).connections.size).toBe(0)
  })

  it('runs the express-session of an application for sockets', async () => {
    const session = applicationSession()
    const { url, visitor } = await startApplication({
      options: { session: 'express-session' },
      mount(app, auth) {
        app.use(session)
        mountAtRoot(app, auth)
      },
      attach: (server, auth) => void acceptSockets(server, afterSession(session, auth)),
    })
    const browser = visitor()
    await browser.signIn(home, ada)
    const messages: string[] = []
    const headers = { Origin: url, ...cookiesOf(browser) }
    const { status } = await openSocket(`${url}/live`, headers, (text) => messages.push(text))
    expect(status).toBe(101)
    await eventually(() => expect(messages).toEqual(['{"roles":["admin"]}']))
    expect((await openSocket(`${url}/live`, { Origin: url })).status).toBe(401)
  })
})
