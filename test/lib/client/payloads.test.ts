import { ScalekitClient as Sdk } from '@scalekit-sdk/node'
import { describe, expect, it } from 'vitest'
import { signInterceptor, signWebhook } from '../../../src/webhooks.ts'
import { otherSecret, secret } from '../webhooks/deliveries.ts'
import { clientOf } from './clients.ts'

const options = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'planted_client_secret',
}
const client = clientOf(options)
const sdk = new Sdk(options.environmentUrl, options.clientId, options.clientSecret)
const body = '{"type":"organization.sso_enabled","id":"evt_1"}'
const nowSeconds = () => Math.floor(Date.now() / 1000)

const payloads = [
  { of: 'verifyWebhookPayload', sign: signWebhook, prefix: 'webhook' },
  { of: 'verifyInterceptorPayload', sign: signInterceptor, prefix: 'interceptor' },
] as const

describe.each(payloads)('$of', ({ of: verify, sign, prefix }) => {
  const signed = (changes = {}) => sign({ id: 'msg_1', body, secret, ...changes })

  it('answers true, as @scalekit-sdk/node does', () => {
    expect(client[verify](secret, signed(), body)).toBe(true)
    expect(client[verify](secret, signed(), Buffer.from(body))).toBe(true)
    expect(sdk[verify](secret, signed(), body)).toBe(true)
  })

  it('judges the signature and not what was signed', () => {
    expect(client[verify](secret, signed({ body: 'anything' }), 'anything')).toBe(true)
  })

  it('takes the old secret while a new one takes its place, and headers in any case', () => {
    expect(client[verify]([otherSecret, secret], signed(), body)).toBe(true)
    expect(client[verify](secret, new Headers(signed()), body)).toBe(true)
  })

  it('is not misled by a signature of another length before the right one', () => {
    const name = `${prefix}-signature`
    const headers = { ...signed(), [name]: `v1,AAAA ${signed()[name]}` }
    expect(() => sdk[verify](secret, headers, body)).toThrow()
    expect(client[verify](secret, headers, body)).toBe(true)
  })

  it.each<[string, string, () => unknown]>([
    ['another body', 'signature_invalid', () => client[verify](secret, signed(), `${body} `)],
    ['another secret', 'signature_invalid', () => client[verify](otherSecret, signed(), body)],
    ['no header', 'headers_invalid', () => client[verify](secret, {}, body)],
    [
      'an old signature',
      'timestamp_invalid',
      () => client[verify](secret, signed({ timestamp: nowSeconds() - 301 }), body),
    ],
    [
      'a signature of the future',
      'timestamp_invalid',
      () => client[verify](secret, signed({ timestamp: nowSeconds() + 305 }), body),
    ],
    [
      'a body that was parsed',
      'body_consumed',
      () => client[verify](secret, signed(), JSON.parse(body)),
    ],
  ])('throws for %s', (_case, code, run) => {
    expect(run).toThrow(expect.objectContaining({ name: 'WebhookError', code: `webhook_${code}` }))
  })

  it('throws for a secret that is none', () => {
    expect(() => client[verify]('', signed(), body)).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    )
  })
})
