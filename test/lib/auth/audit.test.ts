import type { IncomingMessage } from 'node:http'
import { expect, it, vi } from 'vitest'
import { auditWith } from '../../../src/lib/auth/audit.ts'
import { authEmitter } from '../../../src/lib/auth/events.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

const now = 1_700_000_000_000
const denied = { code: 'role_required', method: 'GET', path: '/admin' }

function audited(clock = () => now) {
  const { logger, lines } = recordingLogger()
  const events = authEmitter(logger)
  return { events, lines, audit: auditWith({ events, clock, logger }) }
}

/** A request as Express shows it, from behind a proxy. */
function request(parts: object = {}): IncomingMessage {
  return { socket: { remoteAddress: '10.0.0.1' }, ...parts } as IncomingMessage
}

it('makes nothing of an event, and reads nothing of the request, while nothing listens', () => {
  const { events, audit } = audited()
  const details = vi.fn(() => denied)
  const ip = vi.fn(() => '203.0.113.7')
  const req = Object.defineProperty(request(), 'ip', { get: ip })
  events.on('guard.denied', () => {})()
  events.on('login.failed', () => {})
  audit('guard.denied', req, details)
  expect([details.mock.calls.length, ip.mock.calls.length]).toEqual([0, 0])
})

it.each<[string, object, object]>([
  [
    'the address that Express found, and the id',
    { ip: '203.0.113.7', id: 'a1' },
    { ip: '203.0.113.7', requestId: 'a1' },
  ],
  [
    'the address of the connection elsewhere, and the number of pino-http',
    { id: 7 },
    { ip: '10.0.0.1', requestId: 7 },
  ],
  ['no id that is empty or no id at all', { id: '' }, { ip: '10.0.0.1' }],
  ['no address where the connection is gone', { socket: {} }, {}],
])('says where a request came from: %s', (_what, parts, origin) => {
  const { events, audit } = audited()
  const heard = vi.fn()
  events.on('guard.denied', heard)
  audit('guard.denied', request(parts), () => ({ ...denied, userId: undefined }))
  expect(heard.mock.calls).toEqual([[{ at: now, ...origin, ...denied }]])
})

it('takes the connection’s address where the application’s `trust proxy` throws', () => {
  const { events, audit } = audited()
  const heard = vi.fn()
  events.on('guard.denied', heard)
  const broken = () => {
    throw new Error('broken')
  }
  audit('guard.denied', Object.defineProperty(request(), 'ip', { get: broken }), () => denied)
  expect(heard.mock.calls[0]![0].ip).toBe('10.0.0.1')
})

it('throws nothing, whatever fails, and says so', () => {
  const { events, audit, lines } = audited(() => {
    throw new Error('no time')
  })
  events.on('guard.denied', () => {})
  audit('guard.denied', undefined, () => denied)
  expect(lines).toEqual(['error The event guard.denied could not be told: "Error: no time"'])
})

it('gives listeners an event that none of them can change', () => {
  const { events, audit } = audited()
  const heard = vi.fn()
  events.on('guard.denied', heard)
  audit('guard.denied', undefined, () => denied)
  expect(Object.isFrozen(heard.mock.calls[0]![0])).toBe(true)
})
