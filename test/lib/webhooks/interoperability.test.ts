import { ScalekitClient } from '@scalekit-sdk/node'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, it } from 'vitest'
import {
  signInterceptor,
  signWebhook,
  verifyInterceptor,
  verifyWebhook,
} from '../../../src/webhooks.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'
import { otherSecret, secret } from './deliveries.ts'

const sdk = new ScalekitClient('https://acme.scalekit.com', 'skc_1', 'client_secret_of_a_test')

/** The libraries that verify, as they are installed. They read the clock themselves. */
const verifiers: [string, (body: Buffer, headers: Record<string, string>) => unknown][] = [
  ['standardwebhooks', (body, headers) => new StandardWebhook(secret).verify(body, headers)],
  ['svix', (body, headers) => new SvixWebhook(secret).verify(body, headers)],
  [
    '@scalekit-sdk/node',
    (body, headers) =>
      sdk.verifyWebhookPayload(secret, headers, body.toString()) && JSON.parse(body.toString()),
  ],
]
const signers = [
  ['standardwebhooks', new StandardWebhook(secret)],
  ['svix', new SvixWebhook(secret)],
] as const

/** What is hard about bodies. */
const bodies: [string, Buffer][] = [
  ['of every documented event', Buffer.from(JSON.stringify(documentedExamples))],
  ['beyond ASCII', Buffer.from('{"name":"é 漢 \u{1f511} \ufffd"}')],
  ['with escapes as Go writes them', Buffer.from('{"name":"\\u003cAda\\u003e"}')],
  ['with white space', Buffer.from('{ "number" : 1.0 }\r\n')],
  ['of a mebibyte', Buffer.from(JSON.stringify({ text: 'x'.repeat(1024 * 1024) }))],
]

describe('a delivery that we sign', () => {
  const rows = verifiers.flatMap(([name, verify]) =>
    bodies.map(([what, body]) => ({ name, what, verify, body })),
  )

  it.each(rows)('with a body $what is accepted by $name', ({ verify, body }) => {
    const headers = signWebhook({ id: 'msg_1', body, secret })
    expect(verify(body, headers)).toEqual(JSON.parse(body.toString()))
  })

  it.each(verifiers)('with the old secret and the new one is accepted by %s', (_name, verify) => {
    const headers = signWebhook({ id: 'msg_1', body: '{}', secret: [otherSecret, secret] })
    expect(verify(Buffer.from('{}'), headers)).toEqual({})
  })

  it.each(verifiers)('with another secret is refused by %s, as by us', (_name, verify) => {
    const headers = signWebhook({ id: 'msg_1', body: '{}', secret: otherSecret })
    expect(() => verify(Buffer.from('{}'), headers)).toThrow()
    expect(() => verifyWebhook('{}', headers, secret)).toThrow()
  })
})

describe('a delivery that we accept', () => {
  const rows = signers.flatMap(([name, signer]) =>
    bodies.map(([what, body]) => ({ name, what, signer, body })),
  )

  it.each(rows)('may have a body $what and be signed by $name', ({ signer, body }) => {
    const at = new Date()
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign('msg_1', at, body),
    }
    expect(verifyWebhook(body, headers, secret)).toEqual(JSON.parse(body.toString()))
  })
})

// The SDK verifies and does not sign, so there is no other way round.
describe('an interceptor’s call that we sign', () => {
  it('is accepted by @scalekit-sdk/node, and by us', () => {
    const body = '{"trigger_point":"PRE_SIGNUP"}'
    const headers = signInterceptor({ id: 'int_1', body, secret })
    expect(sdk.verifyInterceptorPayload(secret, headers, body)).toBe(true)
    expect(verifyInterceptor(body, headers, secret)).toEqual(JSON.parse(body))
  })
})
