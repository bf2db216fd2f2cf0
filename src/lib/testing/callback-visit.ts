import type { InProcessEmulator } from '../emulator/in-process.ts'
import { OAuthError } from '../emulator/oauth/oauth-error.ts'
import type { AuthorizationRequest } from '../emulator/state/state.ts'
import { sha256 } from '../ground/bytes.ts'
import { setCookieLines } from '../ground/cookies.ts'
import type { Pins } from '../ground/types.ts'
import type { Instance } from '../http/instance/instance.ts'
import { startTransaction, type Transaction } from '../oidc/transaction.ts'
import { authorizeDescribed, pinsOfDescribed, userFrom } from './described-user.ts'
import { authorizeUser, findUser, pinsOfUser } from './emulated-user.ts'
import type { SignInSettings } from './sign-in-options.ts'
import { cookieHeaderOf, storageStateOf } from './storage-state.ts'
import type { DescribedUser } from './test-user.ts'
import { type Visit, visitTo } from './visit.ts'

/** The user who signs in, as the emulator knows them. */
export interface TestLogin {
  /** The requested target of the sign-in, with which the tokens must agree. */
  readonly pins: Pins
  /** The reason why the emulator will refuse the user, if it will. */
  readonly refusal: string | undefined
  /** @returns the URL to which Scalekit redirects the browser */
  authorize(request: AuthorizationRequest): string
}

/**
 * Finds the emulator's user, or creates a described one.
 *
 * @throws {@link ConfigError} `test_sign_in_invalid`
 */
export function testLogin(
  { state }: InProcessEmulator,
  who: string | DescribedUser,
  { organization, authenticatedAt }: SignInSettings,
): TestLogin {
  const authentication = authenticatedAt === undefined ? {} : { authenticatedAt }
  if (typeof who === 'string') {
    const found = findUser(state, who, organization)
    return {
      pins: pinsOfUser(found),
      refusal: found.person.refusal,
      authorize: (request) => authorizeUser(state, request, { ...found, ...authentication }),
    }
  }
  const user = userFrom(state, who)
  return {
    pins: pinsOfDescribed(user),
    refusal: undefined,
    authorize: (request) => authorizeDescribed(state, request, { ...user, ...authentication }),
  }
}

/** Simulates the browser's request for the callback after a sign-in at Scalekit. */
export async function callbackVisit(
  instance: Instance,
  { pins, authorize }: TestLogin,
): Promise<Visit> {
  const { addresses, clock, config, revocations, transactions } = instance
  const { maxAgeSeconds } = config.login
  const login = visitTo(new URL(addresses.routes.login, config.baseUrl[0]))
  const storeTime = await revocations.askStoreTime()
  const transaction = startTransaction({
    redirectUri: addresses.redirectUri(login.req),
    returnTo: addresses.home,
    pins,
    startedAt: clock(),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(storeTime === undefined ? {} : { storeStartedAt: storeTime.earliest }),
  })
  transactions.keep(login.req, login.res, transaction)
  const cookies = storageStateOf(setCookieLines(login.res), config.baseUrl[0].hostname)
  const redirect = redirectOf(transaction, () => authorize(requestOf(transaction, config.scopes)))
  // The URL as the application sees it, without the prefix that a proxy removes.
  const url = Object.assign(new URL(redirect), { pathname: addresses.routes.callback })
  return visitTo(url, cookieHeaderOf(cookies))
}

function requestOf(
  { redirectUri, state, nonce, codeVerifier }: Transaction,
  scopes: readonly string[],
): AuthorizationRequest {
  const codeChallenge = sha256(codeVerifier).toString('base64url')
  return { redirectUri, scopes, state, nonce, codeChallenge, prompts: [] }
}

/** Redirects as `/oauth/authorize` does, with an error if the user cannot sign in. */
function redirectOf({ redirectUri, state }: Transaction, authorize: () => string): string {
  try {
    return authorize()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { code, message } = error
    return `${redirectUri}?${new URLSearchParams({ error: code, error_description: message, state })}`
  }
}
