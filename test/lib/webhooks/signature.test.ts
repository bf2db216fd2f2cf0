import { describe, expect, it } from 'vitest'
import {
  ConfigError,
  type RawBody,
  type RequestHeaders,
  signInterceptor,
  signWebhook,
  verifyInterceptor,
  verifyWebhook,
} from '../../../src/webhooks.ts'
import { clock, delivery, now, otherSecret, secret } from './deliveries.ts'

describe('the published example of Standard Webhooks', () => {
  // The reference libraries' own test vector.
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
  const timestamp = 1_614_265_330
  const body = '{"test": 2432232314}'
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }

  it('is what signing gives', () => {
    expect(signWebhook({ id, timestamp, body, secret })).toEqual(headers)
  })

  it('is accepted', () => {
    const options = { clock: () => timestamp * 1000 }
    expect(verifyWebhook(body, headers, secret, options)).toEqual({ test: 2432232314 })
  })
})

describe('verifyWebhook', () => {
  const { body, headers } = delivery()
  const event = JSON.parse(body.toString())
  const signature = headers['webhook-signature']!
  const short = signature.slice(0, 20)
  const verify = (given: RequestHeaders, rawBody: RawBody = body) =>
    verifyWebhook(rawBody, given, secret, { clock })

  it.each<[string, RequestHeaders]>([
    ['as Node reads them', headers],
    ['in capitals', inCapitals(headers)],
    ['of the Fetch standard', new Headers(headers)],
    ['in an object without a prototype', Object.assign(Object.create(null), headers)],
    ['among others', { host: 'app.example', 'x-webhook-id': 'other', ...headers }],
  ])('takes headers %s', (_case, given) => {
    expect(verify(given)).toEqual(event)
  })

  it.each<[string, RawBody]>([
    ['a Buffer', body],
    ['bytes', new Uint8Array(body)],
    ['bytes within others', new Uint8Array([0, ...body, 0]).subarray(1, body.length + 1)],
    ['text', body.toString()],
  ])('takes a body as %s', (_case, given) => {
    expect(verify(headers, given)).toEqual(event)
  })

  it.each([
    [
      'after another secret’s',
      `${delivery({ secret: otherSecret }).headers['webhook-signature']} `,
    ],
    ['after one that is too short', `${short} `],
    ['after one that is no signature', 'v1,x '],
    ['after one of another version', 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzC '],
    ['after an entry without a version', 'garbage '],
  ])('accepts the right signature %s', (_case, first) => {
    expect(verify({ ...headers, 'webhook-signature': `${first}${signature}` })).toEqual(event)
  })

  it.each([
    ['signed with the first', secret],
    ['signed with the second', otherSecret],
    ['signed with both', [secret, otherSecret]],
  ])('accepts with two secrets what was %s', (_case, signedWith) => {
    const sent = delivery({ secret: signedWith })
    const secrets = [secret, otherSecret]
    expect(verifyWebhook(sent.body, sent.headers, secrets, { clock })).toEqual(event)
  })

  it.each([
    ['five minutes old', now - 300, {}],
    ['five minutes ahead', now + 300, {}],
    ['a minute old when a minute is allowed', now - 60, { toleranceSeconds: 60 }],
  ])('accepts what is %s', (_case, timestamp, options) => {
    const sent = delivery({ timestamp })
    expect(verifyWebhook(sent.body, sent.headers, secret, { clock, ...options })).toEqual(event)
  })

  it.each([
    ['five minutes and a second old', now - 301, {}],
    ['five minutes and a second ahead', now + 301, {}],
    ['over a minute old when a minute is allowed', now - 61, { toleranceSeconds: 60 }],
    ['read by a clock that does not run', now, { clock: () => Number.NaN }],
    ['read by a clock that rejects', now, { clock: (() => Promise.reject()) as never }],
    ['given a tolerance that is no number', now, { toleranceSeconds: Number.NaN }],
  ])('refuses what is %s', (_case, timestamp, options) => {
    const sent = delivery({ timestamp })
    const verifying = () => verifyWebhook(sent.body, sent.headers, secret, { clock, ...options })
    expect(verifying).toThrow(refusal('webhook_timestamp_invalid', 401))
  })

  it.each([
    ['past', now - 7200],
    ['future', now + 7200],
  ])('says how far in the %s a time is, and what to check', (side, timestamp) => {
    const sent = delivery({ timestamp })
    expect(() => verifyWebhook(sent.body, sent.headers, secret, { clock })).toThrow(
      expect.objectContaining({
        message: `The timestamp is 7200 seconds in the ${side}; 300 seconds are accepted`,
        hint: 'If it was sent just now, this machine’s clock and Scalekit’s differ by about 7200 seconds: check NTP.',
      }),
    )
  })

  it.each([
    ['an id that is missing', { 'webhook-id': undefined }],
    ['an id that came twice', { 'webhook-id': ['msg_1', 'msg_1'] }],
    ['an id that was joined of two', { 'webhook-id': 'msg_1, msg_1' }],
    ['an empty id', { 'webhook-id': '' }],
    ['an id with a dot', { 'webhook-id': 'msg_1.1' }],
    ['an id with a line break', { 'webhook-id': 'msg_1\n' }],
    ['an id that is too long', { 'webhook-id': 'm'.repeat(257) }],
    ['a timestamp that is missing', { 'webhook-timestamp': undefined }],
    ['a timestamp that came twice', { 'webhook-timestamp': [`${now}`, `${now}`] }],
    ['a timestamp that is not a number', { 'webhook-timestamp': 'yesterday!' }],
    ['a timestamp with something after it', { 'webhook-timestamp': `${now}abc` }],
    ['a timestamp with a space', { 'webhook-timestamp': ` ${now}` }],
    ['a timestamp with a sign', { 'webhook-timestamp': `+${now}` }],
    ['a timestamp with decimals', { 'webhook-timestamp': `${now}.5` }],
    ['a timestamp in milliseconds', { 'webhook-timestamp': `${now}000` }],
    ['a timestamp in sixteens', { 'webhook-timestamp': `0x${now.toString(16)}` }],
    [
      'a timestamp with a dot in place of a digit',
      { 'webhook-timestamp': `${now}`.replace(/.$/, '.') },
    ],
    ['a timestamp in other digits', { 'webhook-timestamp': '١٧٠٠٠٠٠٠٠٠' }],
    ['a signature that is missing', { 'webhook-signature': undefined }],
    ['a signature that came twice', { 'webhook-signature': [signature, signature] }],
    ['a signature that was joined of two', { 'webhook-signature': `${signature}, ${signature}` }],
    ['a signature that is empty', { 'webhook-signature': '' }],
    ['a signature after a space', { 'webhook-signature': ` ${signature}` }],
    ['a signature before a space', { 'webhook-signature': `${signature} ` }],
    ['signatures with two spaces between', { 'webhook-signature': `${signature}  v1,x` }],
    ['signatures that are too long', { 'webhook-signature': `${signature} ${'x'.repeat(2048)}` }],
  ])('refuses %s', (_case, changed) => {
    expect(() => verify({ ...headers, ...changed })).toThrow(
      refusal('webhook_headers_invalid', 400),
    )
  })

  it('refuses a header that another one was appended to', () => {
    const given = new Headers(headers)
    given.append('webhook-signature', signature)
    expect(() => verify(given)).toThrow(refusal('webhook_headers_invalid', 400))
  })

  it('refuses a header that is there in two spellings', () => {
    const given = { ...inCapitals(headers), 'Webhook-Id': 'msg_1' }
    expect(() => verify(given)).toThrow(refusal('webhook_headers_invalid', 400))
  })

  it('refuses headers of an interceptor', () => {
    const given = signInterceptor({ id: 'msg_1', timestamp: now, body, secret })
    expect(() => verify(given)).toThrow(refusal('webhook_headers_invalid', 400))
  })

  it.each([
    ['of another version', signature.replace('v1', 'v2')],
    ['without a version', signature.slice(3)],
    ['in capitals', signature.toUpperCase()],
    ['cut', signature.slice(0, -1)],
    ['without its padding', signature.replace('=', '')],
    ['with more behind it', `${signature}=`],
    ['with a space in it', signature.replace('v1,', 'v1, ').replace(', ', ',\t')],
    ['in base64url', signature.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')],
    ['with a letter that looks the same in one byte', `${signature.slice(0, -1)}\u013d`],
    ['of another secret', delivery({ secret: otherSecret }).headers['webhook-signature']!],
  ])('refuses a signature %s', (_case, given) => {
    expect(() => verify({ ...headers, 'webhook-signature': given })).toThrow(
      refusal('webhook_signature_invalid', 401),
    )
  })

  it.each([
    ['with one byte changed', body.toString().replace('true', 'tru3')],
    ['with a space behind it', `${body} `],
    ['parsed and written again', JSON.stringify(event, null, 1)],
    ['that is empty', ''],
    ['cut anew together with the timestamp', `0.${body}`],
  ])('refuses a body %s', (_case, given) => {
    expect(() => verify(headers, given)).toThrow(refusal('webhook_signature_invalid', 401))
  })

  it('refuses a byte that decodes to the character that was signed', () => {
    const sent = delivery({ body: '{"name":"\ufffd"}' })
    const at = sent.body.indexOf(Buffer.from('\ufffd'))
    const changed = Buffer.concat([
      sent.body.subarray(0, at),
      Buffer.from([0xff]),
      sent.body.subarray(at + 3),
    ])
    expect(changed.toString()).toBe(sent.body.toString())
    expect(() => verify(sent.headers, changed)).toThrow(refusal('webhook_signature_invalid', 401))
  })

  it.each([
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['not JSON', '{"type":'],
    ['empty', ''],
    ['a list', '[]'],
    ['a text', '"organization.created"'],
    ['null', 'null'],
    ['after a byte-order mark', '\ufeff{}'],
    ['after a byte-order mark, and has a replacement character', '\ufeff{"name":"\ufffd"}'],
  ])('refuses a signed body that is %s', (_case, signed) => {
    const sent = delivery({ body: signed })
    expect(() => verify(sent.headers, sent.body)).toThrow(refusal('webhook_body_invalid', 400))
  })

  it.each([
    ['parsed', event],
    ['missing', undefined],
    ['null', null],
  ])('says that a body which is %s is not the body that was signed', (_case, given) => {
    const verifying = () => verifyWebhook(given as RawBody, headers, secret, { clock })
    expect(verifying).toThrow(refusal('webhook_body_consumed', 503))
  })

  it('leaves the exact text of a value as it was sent', () => {
    const sent = delivery({ body: '{ "name" : "\\u003cAda\\u003e \u{1f511}" }\n' })
    expect(verify(sent.headers, sent.body)).toEqual({ name: '<Ada> \u{1f511}' })
  })
})

describe('a signed body that names __proto__', () => {
  it.each([
    ['plainly', '{"__proto__":{"admin":true},"data":{"id":"1"}}'],
    ['deep down', '{"data":{"id":"1","__proto__":{"admin":true}}}'],
    ['in escapes', '{"\\u005f_pro\\u0074o__":{"admin":true},"data":{"id":"1"}}'],
    ['in part in escapes', '{"__proto\\u005f_":{"admin":true},"data":{"id":"1"}}'],
    ['in a list', '{"data":{"id":"1"},"list":[{"__proto__":{"admin":true}}]}'],
  ])('%s is delivered without it', (_case, body) => {
    const sent = delivery({ body })
    const event = verifyWebhook(sent.body, sent.headers, secret, { clock })
    expect(JSON.stringify(event)).not.toContain('admin')
    // What a library that merges objects does.
    const merged: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(event)) merged[name] = value
    expect('admin' in merged).toBe(false)
    expect('admin' in {}).toBe(false)
    expect(event.data).toEqual({ id: '1' })
  })

  it('as a value is left alone', () => {
    const sent = delivery({ body: '{"type":"__proto__","data":"__proto__"}' })
    const event = verifyWebhook(sent.body, sent.headers, secret, { clock })
    expect(event).toEqual({ type: '__proto__', data: '__proto__' })
  })
})

describe('a secret', () => {
  const { body, headers } = delivery()
  const key = Buffer.alloc(24, 1).toString('base64')

  it.each([
    ['is missing', undefined, /is missing|must be a non-empty string/],
    ['is empty', '', /must be a non-empty string/],
    ['has no prefix', key, /must begin with whsec_/],
    ['has another prefix', `whsk_${key}`, /must begin with whsec_/],
    ['has a space behind it', `whsec_${key} `, /white space/],
    ['has quotes around it', `"whsec_${key}"`, /quotes/],
    ['is not base64', 'whsec_not base64 at all!not base64', /must be base64/],
    ['is in base64url', `whsec_${'-_'.repeat(16)}`, /must be base64/],
    ['is cut within a byte', `whsec_${key}A`, /must be base64/],
    ['has 23 bytes', `whsec_${Buffer.alloc(23, 1).toString('base64')}`, /at least 24 bytes/],
  ])('that %s is a problem of the configuration', (_case, given, what) => {
    expect(() => verifyWebhook(body, headers, given as string)).toThrow(ConfigError)
    expect(() => verifyWebhook(body, headers, given as string)).toThrow(what)
    expect(() => signWebhook({ id: 'msg_1', body, secret: given as string })).toThrow(what)
  })

  it.each([
    ['with padding', `whsec_${Buffer.alloc(25, 1).toString('base64')}`],
    ['without padding', `whsec_${Buffer.alloc(25, 1).toString('base64').replaceAll('=', '')}`],
    ['of 64 bytes', `whsec_${Buffer.alloc(64, 1).toString('base64')}`],
  ])('%s is one', (_case, given) => {
    const sent = delivery({ secret: given })
    expect(() => verifyWebhook(sent.body, sent.headers, given, { clock })).not.toThrow()
  })

  it('is never shown by what is said about it', () => {
    const wrong = ['no_prefix_at_all', 'whsec_c2hvcnQ=', `whsec_${key}!`]
    expect(() => verifyWebhook(body, headers, wrong)).toThrow(
      expect.objectContaining({
        problems: [
          '`secret[0]` must begin with whsec_',
          '`secret[1]` must have at least 24 bytes after its prefix',
          '`secret[2]` must be base64 after its prefix',
        ],
      }),
    )
  })

  it('of an interceptor may have any prefix of letters, as the error says', () => {
    const sent = signInterceptor({ id: 'int_1', body, secret: `isec_${key}` })
    const call = '{"trigger_point":"PRE_SIGNUP"}'
    const signed = signInterceptor({ id: 'int_1', body: call, secret: `isec_${key}` })
    expect(verifyInterceptor(call, signed, `isec_${key}`)).toMatchObject({
      trigger_point: 'PRE_SIGNUP',
    })
    expect(() => verifyInterceptor(body, sent, key)).toThrow(
      '`secret` must begin with its prefix: letters and an underscore, such as whsec_',
    )
  })

  it('has to be there: an empty list is none', () => {
    expect(() => verifyWebhook(body, headers, [])).toThrow(ConfigError)
  })

  it('that was taken off the list is used no more', () => {
    const secrets = [secret, otherSecret]
    expect(() => verifyWebhook(body, headers, secrets, { clock })).not.toThrow()
    secrets.shift()
    expect(() => verifyWebhook(body, headers, secrets, { clock })).toThrow(
      refusal('webhook_signature_invalid', 401),
    )
  })
})

describe('verifyInterceptor', () => {
  const body = '{"trigger_point":"PRE_SIGNUP","interceptor_context":{"environment_id":"env_1"}}'
  const sign = (signedWith: string) =>
    signInterceptor({ id: 'int_1', timestamp: now, body, secret: signedWith })

  it.each(['whsec_', 'intsec_', 'X_'])('takes what was signed with a secret in %s', (prefix) => {
    const own = `${prefix}${secret.slice(6)}`
    expect(verifyInterceptor(body, sign(own), own, { clock })).toEqual(JSON.parse(body))
  })

  it.each([
    ['of a webhook', signWebhook({ id: 'int_1', timestamp: now, body, secret }), 'headers'],
    ['of another secret', sign(otherSecret), 'signature'],
  ])('refuses headers %s', (_case, headers, what) => {
    expect(() => verifyInterceptor(body, headers, secret, { clock })).toThrow(
      expect.objectContaining({ code: `webhook_${what}_invalid` }),
    )
  })

  it('takes a secret of a webhook only with the prefix of one', () => {
    expect(() => verifyWebhook(body, sign(secret), `intsec_${secret.slice(6)}`)).toThrow(
      ConfigError,
    )
  })
})

describe('signWebhook', () => {
  it('signs for now where no time is named', () => {
    const headers = signWebhook({ id: 'msg_1', body: '{}', secret })
    expect(verifyWebhook('{}', headers, secret)).toEqual({})
  })

  it.each([
    ['an id with a dot', { id: 'msg.1' }],
    ['a time in milliseconds', { timestamp: now * 1000 }],
    ['a time with a fraction', { timestamp: now + 0.5 }],
  ])('refuses %s, which nobody would accept', (_case, parts) => {
    const message = { id: 'msg_1', timestamp: now, body: '{}', secret, ...parts }
    expect(() => signWebhook(message)).toThrow(refusal('webhook_headers_invalid', 400))
  })

  it.each<[string, object, string]>([
    [
      'no secret',
      { secret: undefined },
      'signWebhook(): `secret` is missing: use the signing secret of the endpoint',
    ],
    ['a bad secret', { secret: 'secret' }, 'signWebhook(): `secret` must begin with whsec_'],
    [
      'a parsed body',
      { body: { a: 1 } },
      'signWebhook(): `body` must be a string or a Buffer, not an object',
    ],
    [
      'no body',
      { body: undefined },
      'signWebhook(): `body` must be a string or a Buffer, not undefined',
    ],
    [
      'an id with a dot',
      { id: 'msg.1' },
      'signWebhook(): `id` must be a string of 1 to 256 letters, digits, _ and -',
    ],
    [
      'a time in milliseconds',
      { timestamp: now * 1000 },
      `signWebhook(): \`timestamp\` must be in whole seconds since the epoch, not ${now * 1000}`,
    ],
  ])('speaks of signing where it gets %s', (_case, parts, message) => {
    const given = { id: 'msg_1', timestamp: now, body: '{}', secret, ...parts }
    expect(() => signWebhook(given)).toThrow(expect.objectContaining({ message }))
  })
})

function refusal(code: string, status: number): unknown {
  return expect.objectContaining({ name: 'WebhookError', code, status })
}

function inCapitals(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
}
