import { describe, expect, it, vi } from 'vitest'
import { useStandingTime, useVirtualTime } from '../support/virtual-time.ts'
import * as faults from './provider/faults.ts'
import type { AnswerLie, Lies } from './provider/lies.ts'
import { organizationId, subject } from './provider/tokens.ts'
import { expectRefused, expectSignedIn, marker, type RefusedLie } from './support/refusal.ts'
import { inScene, openScene, type Scene, signIn } from './support/scene.ts'

// Failures are remembered for a second, key sets for ten minutes, by `Date`.
const forget = () => void vi.setSystemTime(Date.now() + 1001)

type Endpoint = 'discovery' | 'token' | 'keys'
const endpoints: readonly Endpoint[] = ['discovery', 'token', 'keys']

/** A way for an answer to go wrong, whatever was asked. */
interface Failure {
  readonly how: string
  readonly answer: AnswerLie
  readonly code: 'provider_failed' | 'provider_unavailable'
  /** Whether the call may have been made again: nothing at all had come back. */
  readonly mayRepeat?: true
}

function unavailable(how: string, fault: faults.Fault): Failure {
  return { how, answer: { fault }, code: 'provider_unavailable' }
}

function useless(how: string, answer: AnswerLie): Failure {
  return { how, answer, code: 'provider_failed' }
}

const slow: readonly Failure[] = [
  unavailable('nothing at all', faults.hang),
  unavailable('half a body, and then nothing', faults.hangInBody),
  unavailable('a body of one byte now and then', faults.drip),
  unavailable('a head of one line now and then', faults.dripHead),
]

const head = ['HTTP/1.1 200 OK', 'content-type: application/json']

const broken: readonly Failure[] = [
  { ...unavailable('a reset', faults.reset), mayRepeat: true },
  { ...unavailable('an end', faults.closed), mayRepeat: true },
  unavailable('half a body and a reset', faults.resetInBody),
  unavailable('half a body and an end', faults.closedInBody),
  unavailable('half a chunk and an end', faults.closedInChunk),
  unavailable(
    'a body shorter than its length',
    faults.contentLength((length) => length + 100),
  ),
  unavailable(
    'a length that is no number',
    faults.contentLength(() => marker),
  ),
  unavailable(
    'a negative length',
    faults.contentLength(() => -1),
  ),
  unavailable(
    'two lengths',
    faults.raw(...head, 'content-length: 2', 'content-length: 3', '', '{}'),
  ),
  unavailable(
    'a length and chunks',
    faults.raw(
      ...head,
      'content-length: 2',
      'transfer-encoding: chunked',
      '',
      '2',
      '{}',
      '0',
      '',
      '',
    ),
  ),
  unavailable(
    'a chunk of a size that is no number',
    faults.raw(...head, 'transfer-encoding: chunked', '', 'zz', marker, '', ''),
  ),
  unavailable('something that is not HTTP', faults.raw(`220 ${marker} ESMTP`, '', '')),
  unavailable('HTTP of another version', faults.raw('HTTP/9.9 200 OK', '', marker)),
  unavailable('a status that is no number', faults.raw(`HTTP/1.1 ${marker} OK`, '', '')),
  unavailable('a header without a colon', faults.raw('HTTP/1.1 200 OK', marker, '', '{}')),
  unavailable('headers of 64 kB', faults.headerBomb),
]

const floods: readonly Failure[] = [
  useless('64 MiB', { fault: faults.huge }),
  useless('a body without an end', { fault: faults.endless }),
]

const statuses = [204, 304, 400, 401, 403, 404, 405, 418, 429, 500, 502, 503, 504].map((status) =>
  useless(`the status ${status}`, { status, body: status === 204 || status === 304 ? '' : page() }),
)

const redirects = ([301, 302, 303, 307, 308] as const).map((status) =>
  useless(`a redirect by ${status}`, { fault: faults.redirect(status) }),
)

function page(): string {
  return `<!doctype html><script>alert("${marker}")</script>`
}

const bodies: readonly Failure[] = [
  useless('a page', { headers: { 'content-type': 'text/html' }, body: page() }),
  useless('a page that says it is JSON', { body: page() }),
  useless('an empty body', { body: '' }),
  useless('spaces', { body: ' '.repeat(1000) }),
  useless('a list', { body: '[]' }),
  useless('null', { body: 'null' }),
  useless('a number', { body: '42' }),
  useless('a text', { body: `"${marker}"` }),
  useless('true', { body: 'true' }),
  useless('an empty object', { body: '{}' }),
  useless('only __proto__', { body: `{"__proto__":{"polluted":true,"issuer":"${marker}"}}` }),
  useless('half of the JSON', { body: (honest) => JSON.stringify(honest).slice(0, -10) }),
  useless('two documents', { body: (honest) => JSON.stringify(honest).repeat(2) }),
  useless('JSON behind a comment', { body: (honest) => `// ${marker}\n${JSON.stringify(honest)}` }),
  useless('JSON in UTF-16', { body: Buffer.from('{"keys":[]}', 'utf16le') }),
  useless('bytes that are no text', { body: Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]) }),
  useless('JSON nested a hundred thousand times', { body: '['.repeat(100_000) }),
  useless('64 MiB packed into gzip', { fault: faults.gzipBomb }),
]

function aimedAt(endpoint: Endpoint, { how, answer, code, mayRepeat }: Failure): RefusedLie {
  const lies: Lies = { [endpoint]: answer }
  return {
    lie: `${endpoint}: ${how}`,
    lies,
    code,
    isWarm: false,
    forget,
    ...(mayRepeat ? { mayRepeat } : {}),
  }
}

function everywhere(failures: readonly Failure[]): RefusedLie[] {
  return endpoints.flatMap((endpoint) => failures.map((failure) => aimedAt(endpoint, failure)))
}

describe.concurrent('an answer that takes too long lets nobody in, within six seconds', () => {
  useVirtualTime()

  it.each(everywhere(slow))('$lie', expectRefused)
})

describe('an answer that breaks off lets nobody in', () => {
  useStandingTime()

  it.each(everywhere(broken))('$lie', expectRefused)
})

describe('an answer of no use lets nobody in', () => {
  useStandingTime()

  // What a token endpoint says about a client is told in token-endpoint.test.ts.
  it.each(everywhere([...statuses, ...redirects, ...bodies]))('$lie', expectRefused)
})

describe('an answer that is too large lets nobody in', () => {
  useStandingTime()

  it.each(everywhere(floods))('$lie', expectRefused)

  it.each(endpoints)('and is not read on: %s', async (endpoint) => {
    await inScene(async (scene) => {
      scene.provider.lie({ [endpoint]: { fault: faults.endless } })
      await signIn(scene, scene.application.visitor())
      expect(scene.provider.floodBytes()).toBeGreaterThan(256 * 1024)
      expect(scene.provider.floodBytes()).toBeLessThan(1024 * 1024)
    })
  })
})

const known = { user: { id: subject }, organizationId }

describe('what is known needs no provider', () => {
  useStandingTime()

  it.each([...slow, ...broken.slice(0, 2)])('discovery that answers $how', ({ how, answer }) =>
    expectSignedIn({ lie: how, lies: { discovery: answer }, principal: known }),
  )
})

describe('keys that are ten minutes old serve on', () => {
  useVirtualTime()

  it('while new ones take too long', async () => {
    await expectKnownKeysToServe(slow)
  })

  it.each([...broken, ...floods, ...statuses, ...redirects, ...bodies])(
    'when the new ones are $how',
    async (failure) => {
      await expectKnownKeysToServe([failure])
    },
  )
})

/** Signs in, waits until the key set is to be loaded again, and signs in against each failure. */
async function expectKnownKeysToServe(failures: readonly Failure[]): Promise<void> {
  const scenes = await Promise.all(failures.map(() => openScene()))
  try {
    await Promise.all(scenes.map((scene) => signIn(scene, scene.application.visitor())))
    vi.setSystemTime(Date.now() + 600_001)
    await Promise.all(
      failures.map(({ answer }, index) => expectSignInWithoutKeys(scenes[index]!, answer)),
    )
  } finally {
    await Promise.all(scenes.map((scene) => scene.close()))
  }
}

async function expectSignInWithoutKeys(scene: Scene, keys: AnswerLie): Promise<void> {
  const { provider, application } = scene
  const asked = provider.requests.length
  provider.lie({ keys })
  const browser = application.visitor()
  const answer = await signIn(scene, browser)
  expect([answer.status, answer.headers.location]).toEqual([302, '/app'])
  await browser.call('/app').expect(200)
  expect(provider.requests.slice(asked).map(({ path }) => path)).toContain('/keys')
  expect(provider.trap.hits).toEqual([])
}

describe('an answer of unusual form is as good', () => {
  useStandingTime()

  it.each<[string, AnswerLie]>([
    ['as JSON of another charset', { headers: { 'content-type': 'application/json; charset=x' } }],
    ['with a byte order mark', { body: (honest) => `\ufeff${JSON.stringify(honest)}` }],
    ['behind white space', { body: (honest) => `\r\n\t ${JSON.stringify(honest)}` }],
    [
      'with headers of its own',
      { headers: { 'set-cookie': `a=${marker}`, 'x-frame-options': 'a' } },
    ],
  ])('%s', async (how, answer) => {
    for (const endpoint of endpoints) {
      await expectSignedIn({
        lie: how,
        lies: { [endpoint]: answer },
        isWarm: false,
        principal: known,
      })
    }
  })
})
