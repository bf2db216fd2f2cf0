import { describe, expect, it } from 'vitest'
import type { ScalekitErrorCode } from '../../src/index.ts'
import { useStandingTime } from '../support/virtual-time.ts'
import type { Grant, Lies } from './provider/lies.ts'
import { startProvider } from './provider/provider.ts'
import { subject } from './provider/tokens.ts'
import {
  codeOf,
  expectNoSession,
  expectRefusal,
  expectRefused,
  expectSignedIn,
  type HarmlessLie,
  marker,
  type RefusedLie,
} from './support/refusal.ts'
import { comeBack, home, inScene, openScene, type Scene, signIn } from './support/scene.ts'

useStandingTime()

/** Sends the browser back with other parameters than an honest provider's. */
function back(change: (params: URLSearchParams, other: Grant) => void): { readonly lies: Lies } {
  return {
    lies: {
      authorize(url, other) {
        change(url.searchParams, other)
        return url
      },
    },
  }
}

function failed(error: string, description: string = marker): { readonly lies: Lies } {
  return back((params) => {
    params.delete('code')
    params.set('error', error)
    params.set('error_description', description)
  })
}

/** Every `error` that Scalekit documents, with ours. */
const documented: Readonly<Partial<Record<ScalekitErrorCode, readonly string[]>>> = {
  login_denied: ['access_denied', 'unauthorized', 'user_not_active'],
  login_incomplete: [
    'login_required',
    'interaction_required',
    'user_login_required',
    'authentication_not_completed',
  ],
  connection_unavailable: [
    'connection_not_active',
    'no_active_connections',
    'no_configured_connections',
  ],
  target_unknown: [
    'invalid_organization_id',
    'invalid_connection_id',
    'invalid_connection_selector',
    'domain_not_found',
    'invalid_user_domain',
  ],
  application_refused: [
    'invalid_client',
    'invalid_redirect_uri',
    'invalid_request',
    'invalid_scope',
    'unauthorized_client',
    'application_not_active',
  ],
  provider_failed: ['server_error'],
  provider_unavailable: ['temporarily_unavailable'],
  identity_provider_failed: [
    'mandatory_attribute_missing',
    'invalid_id_token',
    'failed_to_exchange_token',
    'user_info_retrieve_failed',
    'invalid_saml_metadata',
    'invalid_saml_response',
    'invalid_saml_request',
    'invalid_saml_form_params',
    'signature_validation_failed',
    'invalid_acs_url',
    'invalid_assertion_url',
    'invalid_status',
    'malformed_saml_response',
    'assertion_expired',
    'response_expired',
  ],
}

const errors: readonly RefusedLie[] = Object.entries(documented).flatMap(([code, names]) =>
  names.map((name) => ({ lie: name, ...failed(name), code: code as ScalekitErrorCode })),
)

const inventedErrors: readonly RefusedLie[] = [
  { lie: 'a name of its own', ...failed(marker) },
  {
    lie: 'markup',
    ...failed(`<img src=x onerror=alert("${marker}")>`, `<script>${marker}</script>`),
  },
  { lie: 'two lines', ...failed(`a\r\nSet-Cookie: ${marker}=1`, `a\r\n\r\n${marker}`) },
  { lie: 'letters of many scripts', ...failed(`${marker}\u202e\u0000\u2028😀`) },
  { lie: 'four thousand characters', ...failed(marker.repeat(300)) },
  { lie: '__proto__', ...failed('__proto__') },
  { lie: 'constructor', ...failed('constructor') },
  { lie: 'nothing', ...failed('') },
].map((row) => ({ ...row, code: 'provider_failed' }))

describe('a redirect that tells an error Scalekit documents is refused:', () => {
  it.each(errors)('$lie', expectRefused)
})

describe('a redirect that tells an error nobody documents is refused:', () => {
  it.each(inventedErrors)('$lie', expectRefused)
})

/** What is refused before its state is believed; the sign-in in progress is not touched. */
const malformed: readonly { readonly lie: string; readonly lies: Lies }[] = [
  { lie: 'no code', ...back((params) => params.delete('code')) },
  { lie: 'an empty code', ...back((params) => params.set('code', '')) },
  { lie: 'no state', ...back((params) => params.delete('state')) },
  { lie: 'an empty state', ...back((params) => params.set('state', '')) },
  { lie: 'two codes', ...back((params) => params.append('code', marker)) },
  {
    lie: 'the same code twice',
    ...back((params) => params.append('code', `${params.get('code')}`)),
  },
  { lie: 'two states', ...back((params) => params.append('state', marker)) },
  { lie: 'a code and an error', ...back((params) => params.set('error', 'access_denied')) },
  { lie: 'a code in array style', ...back((params) => renamed(params, 'code', 'code[]')) },
  { lie: 'a state in object style', ...back((params) => renamed(params, 'state', 'state[a]')) },
  {
    lie: 'a code of eight thousand characters',
    ...back((params) => params.set('code', 'a'.repeat(8000))),
  },
  {
    lie: 'a state of eight thousand characters',
    ...back((params) => params.set('state', 'a'.repeat(8000))),
  },
  {
    lie: 'the issuer of somebody else',
    ...back((params) => params.set('iss', `https://${marker}.example`)),
  },
  { lie: 'an empty issuer', ...back((params) => params.set('iss', '')) },
  {
    lie: 'two issuers',
    ...back((params) =>
      [marker, marker].forEach((iss) => {
        params.append('iss', iss)
      }),
    ),
  },
  {
    lie: 'everything in the fragment',
    lies: { authorize: (url) => url.href.replace('?', '#') },
  },
]

function renamed(params: URLSearchParams, name: string, other: string): void {
  params.set(other, `${params.get(name)}`)
  params.delete(name)
}

describe('a redirect that does not conform asks nobody for tokens and leaves the sign-in alone:', () => {
  it.each(malformed)('$lie', async ({ lies }) => {
    await inScene(async (scene) => {
      scene.provider.lie(lies)
      const browser = scene.application.visitor()
      const answer = await signIn(scene, browser)
      expectRefusal(answer, 'callback_invalid')
      expect(answer.text).not.toContain(marker)
      expect(tokenCalls(scene)).toBe(0)
      await expectNoSession(browser)
      await expectFinished(scene, browser, honestBack(scene))
    })
  })
})

const harmless: readonly HarmlessLie[] = [
  { lie: 'a member that is not known', ...back((params) => params.set('session_state', marker)) },
  { lie: 'names of every object', ...back((params) => polluted(params)) },
  {
    lie: 'another place to return to',
    ...back((params) => params.set('return_to', '//evil.example')),
  },
  { lie: 'other names in capitals', ...back((params) => params.set('CODE', marker)) },
].map((row) => ({ ...row, principal: { user: { id: subject } } }))

function polluted(params: URLSearchParams): void {
  params.set('__proto__[polluted]', 'true')
  params.set('constructor[prototype][polluted]', 'true')
  params.set('__proto__', marker)
}

describe('a redirect is as good with', () => {
  it.each(harmless)('$lie', expectSignedIn)
})

describe('a code that belongs to nobody here is refused:', () => {
  it('another code', async () => {
    await inScene(async (scene) => {
      scene.provider.lie(back((params) => params.set('code', marker)).lies)
      const browser = scene.application.visitor()
      expectRefusal(await signIn(scene, browser), 'code_rejected')
      expect(browser.cookieNames()).toEqual([])
      await expectNoSession(browser)
    })
  })

  it('the code of another sign-in, whose verifier only its browser has', async () => {
    await inScene(async (scene) => {
      const victim = scene.application.visitor()
      await comeBack(victim)
      scene.provider.lie(back((params, { code }) => params.set('code', code)).lies)
      const attacker = scene.application.visitor()
      expectRefusal(await signIn(scene, attacker), 'code_rejected')
      await expectNoSession(attacker)
    })
  })
})

describe('a state signs nobody in that is', () => {
  it('unknown', async () => {
    await inScene(async (scene) => {
      scene.provider.lie(back((params) => params.set('state', marker)).lies)
      const browser = scene.application.visitor()
      await expectBegunAgain(scene, browser, await signIn(scene, browser))
    })
  })

  it('of another browser', async () => {
    await inScene(async (scene) => {
      const url = await comeBack(scene.application.visitor())
      const victim = scene.application.visitor()
      await comeBack(victim)
      await expectBegunAgain(scene, victim, await victim.open(url.href))
    })
  })

  it('used before', async () => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      const url = await comeBack(browser)
      await browser.open(url.href).expect(302)
      const thief = scene.application.visitor()
      await expectBegunAgain(scene, thief, await thief.open(url.href), 1)
    })
  })

  it('sent by a form', async () => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      const url = await comeBack(browser)
      const answer = await browser.post(url.href, { 'Sec-Fetch-Site': 'cross-site' })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET'])
      await expectNoSession(browser)
      expect(tokenCalls(scene)).toBe(0)
    })
  })
})

describe('a redirect of a hundred thousand characters', () => {
  it('is answered by the server itself, and the next sign-in works', async () => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      const url = await comeBack(browser)
      const honest = url.href
      url.searchParams.set('code', 'a'.repeat(100_000))
      expect((await browser.open(url.href)).status).toBe(431)
      await expectFinished(scene, browser, honest)
    })
  })
})

describe('a prefetch or a link scanner', () => {
  it.each([
    ['a prefetch', { 'Sec-Purpose': 'prefetch' }],
    ['a prerender', { 'Sec-Purpose': 'prefetch;prerender' }],
  ] as const)('uses no code up: %s', async (_what, headers) => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      const url = await comeBack(browser)
      expect(codeOf(await browser.open(url.href, headers))).toBe('navigation_required')
      expect(tokenCalls(scene)).toBe(0)
      await expectFinished(scene, browser, url.href)
    })
  })

  it('begins no sign-in', async () => {
    await inScene(async (scene) => {
      const browser = scene.application.visitor()
      const answer = await browser.open(home, { 'Sec-Purpose': 'prefetch' })
      expect([answer.status, browser.cookieNames()]).toEqual([400, []])
      expect(scene.provider.requests).toEqual([])
    })
  })
})

describe('a mix-up of two providers', () => {
  it('sends the code of the honest one to nobody', async () => {
    const honest = await openScene()
    const attacker = await openScene()
    try {
      const browser = attacker.application.visitor()
      // The attacker's provider sends the browser on to the honest one, with its own state.
      const stranger = honest.application.visitor()
      const { searchParams } = await comeBack(stranger)
      const code = `${searchParams.get('code')}`
      attacker.provider.lie({
        authorize: (url) => {
          url.searchParams.set('code', code)
          url.searchParams.set('iss', honest.provider.url)
          return url
        },
      })
      expectRefusal(await signIn(attacker, browser), 'callback_invalid')
      await expectNoSession(browser)
      expect(tokenCalls(attacker) + tokenCalls(honest)).toBe(0)
    } finally {
      await attacker.close()
      await honest.close()
    }
  })

  it('gives the state of one application no meaning in another', async () => {
    const [one, other] = [await openScene(), await openScene()]
    try {
      const browser = one.application.visitor()
      const url = await comeBack(browser)
      const elsewhere = other.application.visitor()
      const target = new URL(url.pathname + url.search, other.application.url)
      const [name] = browser.cookieNames()
      const cookie = `${name}=${browser.cookie(name!)}`
      const answer = await elsewhere.open(target.href, { cookie })
      await expectBegunAgain(other, elsewhere, answer)
    } finally {
      await one.close()
      await other.close()
    }
  })
})

describe('a provider', () => {
  it('is asked for nothing a sound client does not ask', async () => {
    const provider = await startProvider()
    try {
      const url = `${provider.url}/oauth/authorize?client_secret=a&state=1&provider=a&domain=b`
      await fetch(url, { redirect: 'manual' }).catch(() => undefined)
      expect(provider.violations).toEqual([
        'client_secret in the URL of /oauth/authorize',
        'state can be guessed',
        'nonce can be guessed',
        'code_challenge can be guessed',
        'PKCE is not S256',
        'response_type is not code',
        'two selectors',
      ])
    } finally {
      await provider.close()
    }
  })
})

function tokenCalls({ provider }: Scene): number {
  return provider.requests.filter(({ path }) => path === '/oauth/token').length
}

type Browser = ReturnType<Scene['application']['visitor']>

/** Where the provider would have sent the browser, had it been honest. */
function honestBack({ provider, application }: Scene): string {
  const { code, state } = provider.grants.at(-1)!
  return `${application.url}/callback?${new URLSearchParams({ code, state })}`
}

async function expectFinished(scene: Scene, browser: Browser, url: string): Promise<void> {
  const answer = await browser.open(url, { 'Sec-Fetch-Site': 'cross-site' })
  expect([answer.status, answer.headers.location]).toEqual([302, '/app'])
  await browser.call('/app').expect(200)
  expect(scene.provider.violations).toEqual([])
}

/** No user is signed in, nobody is asked for tokens, and the browser may begin once more. */
async function expectBegunAgain(
  scene: Scene,
  browser: Browser,
  { status, headers }: Awaited<ReturnType<Browser['open']>>,
  callsBefore = 0,
): Promise<void> {
  expect([status, headers.location]).toEqual([302, '/login?restart=1'])
  expect(headers['set-cookie']).toBeUndefined()
  expect(tokenCalls(scene)).toBe(callsBefore)
  await expectNoSession(browser)
}
