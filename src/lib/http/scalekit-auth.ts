import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthEvents } from '../auth/events.ts'
import type { AccessTokenOptions } from '../auth/principal.ts'
import type { RevokeOptions, RevokeTarget } from '../auth/revoke.ts'
import type { ScalekitClient } from '../client/scalekit-client.ts'
import { parseConfig } from '../config/config.ts'
import type { ScalekitAuthOptions } from '../config/options.ts'
import { asScalekitError, ConfigError } from '../ground/errors.ts'
import type { LoginRequest } from '../ground/types.ts'
import { authMiddleware } from './auth-middleware.ts'
import { authenticate, type OpenConnection } from './authenticate.ts'
import { assertCalled } from './guards/assert-called.ts'
import { type Guards, guards } from './guards/guards.ts'
import { type Protect, protectWith } from './guards/protect.ts'
import { tellFailedLogin } from './instance/failures.ts'
import { type Health, healthOf } from './instance/health.ts'
import { createInstance, type Instance } from './instance/instance.ts'
import { rememberInstance } from './instance/instance-of.ts'
import type { Routes } from './instance/route.ts'
import type { Middleware, Next } from './request/middleware.ts'
import { routesAlone, routesOf } from './routes.ts'
import { sessionMiddleware } from './session-middleware.ts'
import { loginFromApp } from './sign-in/login.ts'
import { endLogin } from './sign-in/logout.ts'
import { switchOrganization } from './sign-in/switch-organization.ts'
import { withLoginUrl } from './sign-in/with-login-url.ts'
import { captureRawBody, type Place, tapBodies } from './signed/body-tap.ts'
import { type Webhooks, webhooksMember } from './signed/webhooks-member.ts'

/** The kit for one Scalekit environment: a middleware, and what belongs to it. */
export interface ScalekitAuth extends Guards {
  /** Serves the kit's own routes and puts `req.scalekit` on every other request. */
  (req: IncomingMessage, res: ServerResponse, next: Next): void
  /** Only `req.scalekit`, for applications that mount the {@link ScalekitAuth.routes} themselves. */
  session(): Middleware
  /** The kit's own routes, each to be mounted alone. */
  readonly routes: Routes
  /**
   * Puts guards before a handler, where `req.scalekit` is then typed as signed in. What they or the
   * handler throw or reject with goes to `next`. With `{ accepts }` as the third argument, machines
   * reach the handler, too, and the type says so.
   */
  readonly protect: Protect
  /**
   * Begins a sign-in from a route of the application.
   *
   * @throws {@link ScalekitError} as `/login` would answer
   */
  login(req: IncomingMessage, res: ServerResponse, request?: LoginRequest): Promise<void>
  /**
   * Signs out from a route of the application, which must have made sure that the user wants it.
   *
   * @param options `returnTo` is the path to go on to; by default `/`. With `local: true`, the session
   *   at Scalekit goes on: the next sign-in in this browser may need no password.
   * @throws {@link LoginError} `sign_out_incomplete` while the store does not answer: the cookie is
   *   cleared, and a copy of it works until the session expires; {@link AccessError}
   *   `session_required` for a request with an access token, of which nothing ends
   */
  logout(
    req: IncomingMessage,
    res: ServerResponse,
    options?: { readonly returnTo?: string; readonly local?: boolean },
  ): Promise<void>
  /**
   * Switches the signed-in user to another organization, from a route of the application: a
   * sign-in through Scalekit that has to end there. The session that is there lives until it does.
   *
   * The request must be a form or a link of this site that a person has used.
   *
   * @param organizationId Scalekit's id (`org_…`) or your own id of the organization.
   * @param options `returnTo` is the path to come back to; by default `/`.
   * @throws {@link ScalekitError} `not_signed_in`, `session_required`, `cross_site_request`, `navigation_required`, or
   *   as `/login` would answer
   */
  switchOrganization(
    req: IncomingMessage,
    res: ServerResponse,
    organizationId: string,
    options?: { readonly returnTo?: string },
  ): Promise<void>
  /**
   * Says who opens a socket, for the request of its upgrade, and then what becomes of their session:
   * refuse the handshake where no user is signed in, close the socket when `ended` fires. Reads the
   * session and writes no cookie: a socket keeps no session alive.
   *
   * `Origin` must be one of `baseUrl` or of `connections.origins`. It may be missing where the request
   * has `Sec-Fetch-Site: same-origin`, or an access token in `Authorization` and the option `bearer` is
   * set: then the token decides, as for any request, and no cookie.
   *
   * @param req The request of the upgrade; with Socket.IO, `socket.request`.
   * @throws {@link LoginError} `cross_site_request`; {@link ScalekitError} `store_unavailable`,
   *   `authorization_unavailable`, `provider_unavailable`; {@link ConfigError} `session_not_mounted` or
   *   `session_kind_changed` where the application's own express-session did not run for the upgrade
   * @example
   * server.on('upgrade', async (req, socket, head) => {
   *   const connection = await auth.authenticate(req)
   *   if (connection.principal.status !== 'signed-in') return refuse(socket, 401)
   *   sockets.handleUpgrade(req, socket, head, (webSocket) => {
   *     connection.ended.addEventListener('abort', () => webSocket.close(4401))
   *   })
   * })
   */
  authenticate(req: IncomingMessage): Promise<OpenConnection>
  /**
   * Ends sessions at the next request, and fires `ended` of open connections, in every process that
   * shares the store. A sign-in that begins afterwards stands. Sessions at Scalekit end where the target is one of its users (`usr_…`) or
   * sessions (`ses_…`); otherwise they go on.
   *
   * @param target Whose; `'everyone'` also after a store was restored from a backup, which has
   *   forgotten what ended later.
   * @param options `reason` for the log; `atScalekit`: whether Scalekit's own sessions end, too.
   * @throws {@link ConfigError} where the target has a member that is unknown, empty or undefined;
   *   no user is then signed out. {@link ScalekitError} `store_unavailable` when it could not be written;
   *   `revoke_incomplete` when the sessions ended here, but not at Scalekit
   */
  revoke(target: RevokeTarget, options?: RevokeOptions): Promise<void>
  /**
   * The access token of a user, for a job or a webhook handler; with a request, use
   * `req.scalekit.accessToken()`. Needs the option `tokens: 'server'`.
   *
   * @param sessionId By `req.scalekit.sessionId`.
   * @param options `minTtlSeconds` How long it has to last at least, in seconds. Default: 0.
   * @throws {@link ScalekitError} `token_unavailable`; {@link ConfigError} without this option
   */
  accessTokenOf(sessionId: string, options?: AccessTokenOptions): Promise<string>
  /** Scalekit's API, with the kit's own client id and secret. */
  readonly client: ScalekitClient
  /** Scalekit's webhooks beside the route. */
  readonly webhooks: Webhooks
  /**
   * Calls a listener with each event of this name.
   *
   * @returns a function that removes the listener
   */
  on<Name extends keyof AuthEvents>(
    name: Name,
    listener: (event: AuthEvents[Name]) => void,
  ): () => void
  /**
   * Keeps a copy of what arrives for the routes of webhooks and interceptors, above body parsers.
   * HTTP/1 servers do not need it: there the kit sees every request first. HTTP/2 servers and
   * adapters of AWS Lambda do.
   */
  readonly captureRawBody: Middleware
  /**
   * Whether the store, Scalekit and the queue work, for a health check of yours. A process is ready
   * to take requests while `store.ok` is true. Never rejects.
   *
   * @example
   * app.get('/readyz', async (_req, res) => {
   *   const { store } = await auth.health()
   *   res.sendStatus(store.ok ? 200 : 503)
   * })
   */
  health(): Promise<Health>
  /**
   * Stops what runs in the background, ends the signals of open connections, and waits for webhook handlers that have begun: inline for 20
   * seconds at most, and those that a queue runs until they end or time out. Close the server first.
   */
  close(): Promise<void>
}

/**
 * Scalekit for an Express or Connect application.
 *
 * @example
 * app.use(scalekitAuth())
 * app.get('/app', requireAuth(), (req, res) => res.send(`Hello ${req.scalekit.user?.email}`))
 *
 * @throws {@link ConfigError} listing everything that is missing or wrong
 */
export function scalekitAuth(options: ScalekitAuthOptions = {}): ScalekitAuth {
  assertOptions(options)
  const instance = createInstance(parseConfig(options))
  const { addresses, config, connections, deliveries, events, revocations, scalekit, store } =
    instance
  const loginUrl = addresses.paths.login
  const routes = routesOf(instance)
  const session = sessionMiddleware(instance)
  const own = guards(instance)
  const places = signedPlaces(instance)
  const stopTap = tapBodies(places)
  // By then the application has added its handlers. Workers allow no timer while a module is loaded.
  const { secret, delivery } = config.webhooks
  if (secret.length > 0 && delivery !== 'inline') setImmediate(deliveries.start)

  const auth = Object.assign(authMiddleware(instance, routes, session), {
    ...own,
    session: () => session,
    routes: routesAlone(instance, routes),
    protect: protectWith(own.requireAuth),
    login: withLoginUrl(loginUrl, tellingFailure(instance, bound(instance, loginFromApp))),
    logout: bound(instance, endLogin),
    switchOrganization: withLoginUrl(
      loginUrl,
      tellingFailure(instance, bound(instance, switchOrganization)),
    ),
    authenticate: bound(instance, authenticate),
    revoke: instance.revoke,
    accessTokenOf: instance.accessTokenOf,
    client: scalekit,
    webhooks: webhooksMember(instance),
    on: events.on,
    captureRawBody: captureRawBody(places),
    health: () => healthOf(instance),
    async close() {
      stopTap()
      connections.close()
      await deliveries.close()
      revocations.close()
      store.close?.()
    },
  })
  rememberInstance(auth, instance)
  return auth
}

function assertOptions(options: ScalekitAuthOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError([
      'scalekitAuth() must be called with an object of options, or with nothing',
    ])
  }
  assertCalled('scalekitAuth', options)
}

/** A function of an instance as a member of it. */
function bound<Given extends readonly unknown[], Value>(
  instance: Instance,
  work: (instance: Instance, ...given: Given) => Value,
): (...given: Given) => Value {
  return (...given) => work(instance, ...given)
}

/** A sign-in that a route of the application begins fails there, and no route of the kit sees it. */
function tellingFailure<Given extends readonly [IncomingMessage, ...unknown[]]>(
  instance: Instance,
  begin: (...given: Given) => Promise<void>,
): (...given: Given) => Promise<void> {
  return async (...given) => {
    try {
      await begin(...given)
    } catch (error) {
      tellFailedLogin(
        instance,
        asScalekitError(error, 'unexpected', 'An unexpected error'),
        given[0],
      )
      throw error
    }
  }
}

/** Where signed requests are expected. */
function signedPlaces({ addresses, config }: Instance): readonly Place[] {
  const { webhooks, interceptors } = config
  return [
    { path: addresses.routes.webhooks, maxBytes: webhooks.maxBytes },
    { path: addresses.routes.interceptors, maxBytes: interceptors.maxBytes },
  ]
}
