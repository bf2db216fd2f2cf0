import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { expect, onTestFinished } from 'vitest'
import { eventTypes } from '../../../../src/lib/webhooks/events.ts'
import { signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, postToken, refreshParams, tokensFor } from '../application.ts'
import { emulate, emulateWithReceiver } from '../emulate.ts'
import { acmeId } from '../rest/api.ts'
import { type Behaviour, behaviour } from './behaviour.ts'

const ada = 'ada@acme.example'

/** Webhooks, calls to the application, and other protocols. */
export const otherBehaviours: readonly Behaviour[] = [
  behaviour('Webhooks are signed as Standard Webhooks are', 'as documented', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    await emulator.deliver('role.created')
    expect(receiver.received).toMatchObject([{ problem: undefined }])
  }),
  behaviour('There are 41 types of events', 'as documented', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    for (const type of eventTypes) await emulator.deliver(type)
    expect(new Set(receiver.types()).size).toBe(41)
  }),
  behaviour(
    'A delivery is repeated until a 2xx: 3, 4, 6 or 8 attempts, by the page that says it',
    'as documented',
    async () => {
      for (const attempts of [3, 4, 6, 8] as const) {
        const now = Date.now()
        const seed = { clock: () => now, retrySchedule: `${attempts}-attempts` as const }
        const { emulator } = await emulateWithReceiver(seed, [500])
        await emulator.deliver('role.created')
        emulator.advance(86_400)
        await emulator.settled()
        expect(emulator.deliveries[0]?.attempts).toHaveLength(attempts)
      }
    },
  ),
  behaviour(
    'Other roles of a member are an event, and what the next refresh says',
    'as documented',
    async () => {
      const { emulator, receiver } = await emulateWithReceiver()
      const { refresh_token } = await tokensFor(emulator, { scope: 'openid offline_access' })
      emulator.person(ada).update({ roles: ['member'] })
      await emulator.settled()
      expect(receiver.types()).toContain('user.organization_membership_updated')
      const { body } = await postToken(emulator, refreshParams(emulator, refresh_token))
      expect(decodeJwt(body.access_token).roles).toEqual(['member'])
    },
  ),
  behaviour('Events may arrive in another order, and more than once', 'laxer', async () => {
    const { emulator, receiver } = await emulateWithReceiver()
    const sent = [emulator.deliver('role.created'), emulator.deliver('role.deleted')]
    await Promise.all(sent)
    expect(receiver.types()).toEqual(['role.created', 'role.deleted'])
    await emulator.deliver('role.created', undefined, { reorder: true, duplicate: 1 })
    await emulator.deliver('role.deleted')
    expect(receiver.types().slice(2)).toEqual(['role.deleted', 'role.created', 'role.created'])
  }),
  behaviour(
    'Scalekit calls an application’s back-channel logout URL',
    'as documented',
    async () => {
      const receiver = createServer((_req, res) => res.end()).listen(0, '127.0.0.1')
      await once(receiver, 'listening')
      onTestFinished(() => void receiver.close())
      const { port } = receiver.address() as AddressInfo
      const emulator = await emulate({ backChannelLogoutUri: `http://127.0.0.1:${port}/logout` })
      await emulator.signIn('ada@acme.example')
      emulator.endSession(emulator.sessions[0]!.id)
      await emulator.settled()
      const [logout, ...others] = emulator.backChannelLogouts
      expect([logout?.status, others]).toEqual([200, []])
      const { sessionId: sid, logoutToken } = logout!
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
      expect(decodeJwt(logoutToken)).toMatchObject({ sid, sub: expect.any(String), events })
    },
  ),
  behaviour('Scalekit calls an application’s interceptors', 'as documented', async () => {
    const url = 'http://127.0.0.1:1/interceptors'
    const emulator = await emulate({
      interceptors: [{ triggerPoint: 'PRE_SESSION_CREATION', url }],
    })
    // Nothing is there to answer, so that the sign-in is denied.
    const location = await signInAt(authorizeUrl(emulator, { organization_id: acmeId }), ada)
    expect(new URL(location).searchParams.get('error')).toBe('access_denied')
    expect(emulator.interceptorCalls).toMatchObject([{ url, decision: 'DENY' }])
  }),
  behaviour('Directories are filled by SCIM', 'absent', async () => {
    const { url } = await emulate()
    const answer = await fetch(`${url}/directory/dir_69615647365005432/scim/v2/Users`)
    expect(answer.status).toBe(501)
  }),
  behaviour('The management API is there by gRPC, too', 'absent', async () => {
    const session = connect((await emulate()).url)
    onTestFinished(() => session.destroy())
    const type = { 'content-type': 'application/grpc+proto' }
    const call = session.request({ ':method': 'POST', ':path': '/a.B/C', ...type }).end()
    const [headers] = await once(call, 'response')
    expect(headers['grpc-status']).toBe('12')
  }),
]
