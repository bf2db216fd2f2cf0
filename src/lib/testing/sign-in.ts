import { sessionRevocation } from '../auth/revocation.ts'
import { setCookieLines } from '../ground/cookies.ts'
import { ConfigError, LoginError, type ScalekitError } from '../ground/errors.ts'
import type { Identity } from '../ground/types.ts'
import type { Instance } from '../http/instance/instance.ts'
import { instanceOf } from '../http/instance/instance-of.ts'
import { useStandIn } from '../http/instance/stand-in.ts'
import type { Middleware } from '../http/request/middleware.ts'
import { callbackVisit, type TestLogin, testLogin } from './callback-visit.ts'
import { problem } from './problem.ts'
import { emulatorOf, scalekitOf } from './scalekit.ts'
import { readOptions, type SignInOptions, type SignInSettings } from './sign-in-options.ts'
import { cookieHeaderOf, type StorageState, storageStateOf } from './storage-state.ts'
import { type TestInstanceParts, testInstance } from './test-instance.ts'
import { type DescribedUser, readUser, type TestUser } from './test-user.ts'
import { type Handler, serve, type Visit } from './visit.ts'

/** A signed-in user, in the forms that different clients need. */
export interface TestSession {
  /** A `Cookie` header, e.g. for supertest: `.set('Cookie', cookie)`. */
  readonly cookie: string
  /** The cookie as headers, e.g. for `fetch(url, { headers })`. */
  readonly headers: { readonly cookie: string }
  /** The cookie for a browser: Playwright's `newContext({ storageState })`. */
  readonly storageState: StorageState
  /** The path to which the browser is redirected: `/`, unless `onLogin` returned another one. */
  readonly returnTo: string
}

/**
 * Signs a user in for a test.
 *
 * The real callback code runs: from the verification of the tokens to `onLogin` and the session.
 * Only Scalekit's responses come from the emulator, within this process. No network request is
 * made.
 *
 * @param auth The object that `scalekitAuth()` returned.
 * @param who The email address of a user of the emulator that `auth` uses, which must run in this
 *   process. Or a description of any user, which needs no emulator.
 * @param options The application, the organization and the state of the session. Default: a valid
 *   session.
 * @returns the session, as a header and as a browser's state
 * @throws {@link ConfigError} `test_sign_in_invalid` for an invalid call, and always if `NODE_ENV`
 *   is `production`; otherwise the error with which this sign-in fails, e.g. {@link LoginError}
 *   `login_denied` or {@link ConfigError} `session_too_large`
 * @example
 * const { cookie } = await signIn(auth, 'ada@acme.example')
 * await request(app).get('/account').set('Cookie', cookie).expect(200)
 */
export async function signIn(
  auth: { readonly routes: { readonly callback: Middleware } },
  who: string | TestUser,
  options: SignInOptions = {},
): Promise<TestSession> {
  const instance = instanceOf(auth)
  const settings = readOptions(options)
  const user = readUser(who)
  assertFound(instance, user, settings)
  const scalekit = scalekitOf(instance)
  const login = testLogin(scalekit.emulator, user, settings)
  const visit = await callbackVisit(instance, login)
  const { app, expired, revoked } = settings
  const identity = await begin(instance, visit, {
    handler: app ?? auth.routes.callback,
    scalekit,
    expired,
  }).catch((error: unknown) => {
    throw explained(error, login, settings)
  })
  if (revoked) await instance.revocations.write([sessionRevocation(identity, instance.clock())])
  return sessionOf(instance, visit)
}

/** An email address needs an emulator that runs in this process. */
function assertFound(
  instance: Instance,
  user: string | DescribedUser,
  { organization }: SignInSettings,
): void {
  if (typeof user === 'string') {
    if (!emulatorOf(instance)) throw withoutEmulator(instance, user)
  } else if (organization !== undefined) {
    throw problem(
      'signIn(auth, who, options): `options.organization` is for users of the emulator',
      'Write the organization into the description: signIn(auth, { email, organization }).',
    )
  }
}

function withoutEmulator({ config }: Instance, email: string): ConfigError {
  return problem(
    `No emulator with the URL ${config.issuer} runs in this process, so signIn() does not know ${JSON.stringify(email)}`,
    'Start one in the test, const emulator = await startEmulator(), and call scalekitAuth({ ...emulator.options }). Or describe the user: signIn(auth, { email, organization, roles }).',
  )
}

/** Serves the callback and returns the contents of the new session. */
async function begin(
  instance: Instance,
  visit: Visit,
  { handler, ...parts }: Omit<TestInstanceParts, 'onBegun'> & { readonly handler: Handler },
): Promise<Identity> {
  const outcome: { identity?: Identity; failure?: ScalekitError } = {}
  const onBegun = (identity: Identity) => {
    outcome.identity = identity
  }
  useStandIn(visit.req, {
    instanceFor: (reached) =>
      reached === instance ? testInstance(instance, { ...parts, onBegun }, visit.req) : reached,
    failed(error) {
      outcome.failure = error
    },
  })
  await serve(handler, visit)
  if (outcome.failure) throw outcome.failure
  if (outcome.identity) return outcome.identity
  throw notServed(visit)
}

function notServed({ req, res }: Visit): ConfigError {
  const path = new URL(req.url!, 'http://localhost').pathname
  const how = res.headersSent ? `responded ${res.statusCode}` : 'passed it on'
  return problem(
    `\`options.app\` did not sign the user in at ${path}: it ${how}`,
    'Pass the application that mounts this scalekitAuth(), and mount it above everything that ends requests.',
  )
}

/** Adds a hint if the cause is the call of `signIn()` or the seed. */
function explained(error: unknown, { refusal }: TestLogin, { app }: SignInSettings): unknown {
  if (error instanceof LoginError && refusal !== undefined) {
    return new LoginError(error.code, error.message, {
      cause: error.cause,
      providerError: error.providerError,
      hint: `This user has \`refusal: '${refusal}'\` in the emulator. Sign another one in, or take it out of the seed.`,
    })
  }
  const isAboutSession =
    error instanceof ConfigError &&
    (error.code === 'session_not_mounted' || error.code === 'session_kind_changed')
  if (!isAboutSession || app) return error
  return new ConfigError(error.code, error.message, {
    hint: 'Sessions are in the express-session of the application, so the application has to serve the callback: signIn(auth, who, { app }).',
  })
}

function sessionOf({ config }: Instance, { res }: Visit): TestSession {
  const storageState = storageStateOf(setCookieLines(res), config.baseUrl[0].hostname)
  if (storageState.cookies.length === 0) throw withoutCookie()
  const cookie = cookieHeaderOf(storageState)
  const returnTo = String(res.getHeader('Location'))
  return { cookie, headers: { cookie }, storageState, returnTo }
}

/** `express-session` only sends a secure cookie over https. */
function withoutCookie(): ConfigError {
  return problem(
    'The response to the callback set no cookie, so no request could have this session',
    'With `cookie.secure` in your express-session, use a `baseUrl` that begins with https://.',
  )
}
