import type { AuthorizationRequest, State } from '../state/state.ts'
import { OAuthError } from './oauth-error.ts'
import { assertNoneRepeated, words } from './parameters.ts'

/**
 * Validates an authorization request, except for its target.
 *
 * @throws {@link OAuthError}
 */
export function authorizationRequest(state: State, query: URLSearchParams): AuthorizationRequest {
  assertWellFormed(query)
  const codeChallenge = codeChallengeOf(state, query)
  return {
    redirectUri: query.get('redirect_uri')!,
    scopes: scopesOf(query, state),
    prompts: promptsOf(query),
    ...optional('state', query.get('state')),
    ...optional('nonce', query.get('nonce')),
    ...optional('loginHint', query.get('login_hint')),
    ...optional('codeChallenge', codeChallenge),
  }
}

/** Returns a property, or no property at all if the value is undefined. */
function optional<Name extends string>(
  name: Name,
  value: string | null | undefined,
): Partial<Record<Name, string>> {
  return value ? ({ [name]: value } as Record<Name, string>) : {}
}

function assertWellFormed(query: URLSearchParams): void {
  assertNoneRepeated(query)
  const responseType = query.get('response_type')
  if (!responseType) throw invalidRequest('response_type is missing')
  if (responseType !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code')
  }
  if ((query.get('response_mode') ?? 'query') !== 'query') {
    throw invalidRequest('response_mode must be query')
  }
}

function codeChallengeOf(state: State, query: URLSearchParams): string | undefined {
  const challenge = query.get('code_challenge')
  const method = query.get('code_challenge_method')
  if (challenge === null && method === null) return withoutPkce(state)
  if (challenge === null) throw invalidRequest('code_challenge is missing')
  if (method !== 'S256') throw invalidRequest('code_challenge_method must be S256')
  if (!/^[\w-]{43}$/.test(challenge)) {
    throw invalidRequest('code_challenge must be the base64url of a SHA-256, 43 characters')
  }
  return challenge
}

/**
 * Handles a request without PKCE. At Scalekit, a setting decides whether web applications have to
 * use it.
 */
function withoutPkce({ settings, warnings }: State): undefined {
  const { enforcePkce, clientId } = settings
  if (enforcePkce) {
    warnings.warn(
      'pkce_enforced',
      clientId,
      'An authorization request without PKCE was refused. Scalekit accepts it unless "Enforce PKCE" is on, and so does the emulator without --enforce-pkce or startEmulator({ enforcePkce: true }).',
    )
    throw invalidRequest('code_challenge is missing, and --enforce-pkce demands it')
  }
  warnings.warn(
    'pkce_missing',
    clientId,
    'An authorization request without PKCE (code_challenge) was accepted. To refuse it, as Scalekit does with "Enforce PKCE", use --enforce-pkce or startEmulator({ enforcePkce: true }).',
  )
}

function scopesOf(query: URLSearchParams, state: State): readonly string[] {
  const { settings } = state
  const asked = words(query.get('scope'))
  if (!asked.includes('openid')) throw new OAuthError('invalid_scope', 'scope must include openid')
  const unknown = asked.find((scope) => !settings.scopes.includes(scope))
  if (unknown)
    throw new OAuthError('invalid_scope', `${unknown} is not a scope of this application`)
  // Modular SSO has no refresh tokens. A scope that is not granted is missing from the response's
  // `scope`.
  if (settings.product !== 'sso' || !asked.includes('offline_access')) return asked
  state.warnings.warn(
    'offline_access_unsupported',
    settings.clientId,
    "offline_access was asked for and not granted: Modular SSO issues no refresh tokens. --product full-stack or startEmulator({ product: 'full-stack' }) does.",
  )
  return asked.filter((scope) => scope !== 'offline_access')
}

function promptsOf(query: URLSearchParams): readonly string[] {
  const prompts = words(query.get('prompt'))
  const unknown = prompts.find((prompt) => !knownPrompts.has(prompt))
  if (unknown) throw invalidRequest(`prompt must be one of ${[...knownPrompts].join(', ')}`)
  if (prompts.includes('none') && prompts.length > 1) {
    throw invalidRequest('prompt=none cannot be combined with another prompt')
  }
  return prompts
}

const knownPrompts = new Set(['login', 'create', 'select_account', 'none', 'consent'])

function invalidRequest(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}
