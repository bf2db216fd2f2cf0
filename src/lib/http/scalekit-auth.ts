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

/** The kit for one Scalekit environment: a middleware with members for everything else. */
export interface ScalekitAuth extends Guards {
  /** Serves the kit's own routes and puts `req.scalekit` on every other request. */
  (req: IncomingMessage, res: ServerResponse, next: Next): void
  /**
   * Returns a middleware that only puts `req.scalekit` on requests. For applications that mount the
   * {@link ScalekitAuth.routes} themselves.
   *
   * @example
   * app.use(auth.session())
   * app.get('/login', auth.routes.login)
   */
  session(): Middleware
  /** The kit's own routes, for applications that mount each by itself. */
  readonly routes: Routes
  /**
   * Puts guards before a handler. In the handler, `req.scalekit` is typed as signed in. Errors that
   * the guards or the handler throw or reject with go to `next`. With `{ accepts }` as the third
   * argument, machines reach the handler as well, and the type includes them.
   *
   * @example
   * app.get('/orders', auth.protect([requireRole('admin')], (req, res) => {
   *   res.json({ user: req.scalekit.user.id })
   * }))
   */
  readonly protect: Protect
  /**
   * Begins a sign-in from a route of the application and responds: with a redirect to Scalekit, or
   * with a page that asks for an email address.
   *
   * @param request The target of the sign-in and other parameters. Without a target, the result of
   *   `login.resolve`, the domain of the email address or `login.fallback` decides.
   * @throws {@link LoginError} `parameter_invalid`, `ambiguous_target`, `provider_not_allowed`,
   *   `login_resolve_failed`, `target_unknown` or `application_refused`; {@link ScalekitError}
   *   `provider_unavailable` or `provider_failed`
   * @example
   * app.get('/acme', (req, res, next) => {
   *   auth.login(req, res, { organizationId: 'org_123', returnTo: '/app' }).catch(next)
   * })
   */
  login(req: IncomingMessage, res: ServerResponse, request?: LoginRequest): Promise<void>
  /**
   * Signs the user out from a route of the application and responds. The route must have made sure
   * that the user wants to sign out, for example with {@link ScalekitAuth.requireSameOrigin}.
   *
   * @param options `returnTo` is the path to which the browser is redirected. Default: `/`. With
   *   `local: true`, the session at Scalekit is kept, so the next sign-in in this browser may need
   *   no password.
   * @throws {@link LoginError} `sign_out_incomplete` while the store is unavailable: the cookie is
   *   cleared, but a copy of it stays valid until the session expires; {@link AccessError}
   *   `session_required` for a request with an access token, which is not ended
   * @example
   * app.post('/sign-out', requireSameOrigin(), (req, res, next) => {
   *   auth.logout(req, res, { returnTo: '/bye' }).catch(next)
   * })
   */
  logout(
    req: IncomingMessage,
    res: ServerResponse,
    options?: { readonly returnTo?: string; readonly local?: boolean },
  ): Promise<void>
  /**
   * Switches the signed-in user to another organization from a route of the application. It
   * responds with a redirect to a sign-in at Scalekit that must end in that organization. The
   * current session stays valid until the new one replaces it.
   *
   * The request must come from a form or a link of this site that the user has used.
   *
   * @param organizationId Scalekit's id (`org_…`) or your own id of the organization.
   * @param options `returnTo` is the path to return to. Default: `/`.
   * @throws {@link ScalekitError} `not_signed_in`, `session_required`, `cross_site_request`,
   *   `navigation_required`, and the codes of {@link ScalekitAuth.login}
   * @example
   * app.post('/switch', express.urlencoded(), (req, res, next) => {
   *   auth.switchOrganization(req, res, req.body.organization).catch(next)
   * })
   */
  switchOrganization(
    req: IncomingMessage,
    res: ServerResponse,
    organizationId: string,
    options?: { readonly returnTo?: string },
  ): Promise<void>
  /**
   * Authenticates the upgrade request of a socket, and watches its session from then on. Refuse the
   * handshake if no user is signed in, and close the socket when `ended` fires. It reads the
   * session and writes no cookie, so an open socket does not extend a session. It rejects for every
   * request of another site, so catch its rejection: otherwise any client can end the process.
   *
   * `Origin` must be one of `baseUrl` or of `connections.origins`. It may be missing if the request
   * has `Sec-Fetch-Site: same-origin`. It may also be missing if the option `bearer` is set and the
   * request has an access token in `Authorization`: as for any request, the token then decides, and
   * cookies are ignored.
   *
   * @param req The upgrade request. With Socket.IO, `socket.request`.
   * @returns the principal, its signal `ended`, and functions to read it again later
   * @throws {@link LoginError} `cross_site_request`; {@link ScalekitError} `store_unavailable`,
   *   `authorization_unavailable`, `provider_unavailable`; {@link ConfigError}
   *   `session_not_mounted` or `session_kind_changed` if the application's own express-session did
   *   not run for the upgrade
   * @example
   * server.on('upgrade', (req, socket, head) => {
   *   socket.on('error', () => socket.destroy())
   *   auth.authenticate(req).then(({ principal, ended }) => {
   *     if (principal.status !== 'signed-in') return refuse(socket, 401)
   *     sockets.handleUpgrade(req, socket, head, (webSocket) => {
   *       webSocket.on('error', () => webSocket.terminate())
   *       // Of `node:events`. It also runs the listener if the session is over already.
   *       addAbortListener(ended, () => webSocket.close(4401))
   *     })
   *   }).catch((error) => refuse(socket, error.status ?? 500))
   * })
   */
  authenticate(req: IncomingMessage): Promise<OpenConnection>
  /**
   * Ends sessions at their next request, and fires `ended` of open connections, in every process
   * that shares the store. A sign-in that begins afterwards is not affected. Sessions at Scalekit
   * only end if the target is one of its users (`usr_…`) or sessions (`ses_…`).
   *
   * @param target The sessions to end. `'everyone'` ends all sessions. Also use it after restoring
   *   a store from a backup, which lacks the revocations that were made since.
   * @param options `reason` is for the log. `atScalekit` sets whether Scalekit's own sessions end
   *   as well.
   * @throws {@link ConfigError} `config_invalid` if the target has a member that is unknown, empty
   *   or undefined; no user is signed out then. {@link ScalekitError} `store_unavailable` if the
   *   revocation could not be written; `revoke_incomplete` if the sessions ended here, but not at
   *   Scalekit
   * @example await auth.revoke({ userId: 'usr_123' }, { reason: 'password reset' })
   */
  revoke(target: RevokeTarget, options?: RevokeOptions): Promise<void>
  /**
   * Returns the access token of a session, for a job or a webhook handler. In a request, use
   * `req.scalekit.accessToken()`. Needs the option `tokens: 'server'`.
   *
   * @param sessionId The `req.scalekit.sessionId` of the session.
   * @param options `minTtlSeconds` is the minimum time until the token expires, in seconds.
   *   Default: 0.
   * @throws {@link ScalekitError} `token_unavailable`; {@link ConfigError} `config_invalid` without
   *   the option
   * @example const token = await auth.accessTokenOf(job.sessionId, { minTtlSeconds: 60 })
   */
  accessTokenOf(sessionId: string, options?: AccessTokenOptions): Promise<string>
  /** A client of Scalekit's API with the kit's own client id and secret. */
  readonly client: ScalekitClient
  /**
   * Handlers of Scalekit's webhooks, and functions for deliveries that do not arrive at the kit's
   * route.
   */
  readonly webhooks: Webhooks
  /**
   * Calls a listener with each event of this name. If it throws or rejects, an error is logged.
   *
   * @param name e.g. `login.succeeded`
   * @param listener Called at once and not waited for. The event is frozen.
   * @returns a function that removes the listener
   * @throws {@link ConfigError} `config_invalid` for an unknown name
   * @example auth.on('login.succeeded', ({ userId }) => metrics.count('login', userId))
   */
  on<Name extends keyof AuthEvents>(
    name: Name,
    listener: (event: AuthEvents[Name]) => void,
  ): () => void
  /**
   * Keeps a copy of the bodies that arrive for the routes of webhooks and interceptors. Mount it
   * above body parsers. HTTP/2 servers and adapters of AWS Lambda need it. HTTP/1 servers do not,
   * because the kit sees every request there before any middleware.
   *
   * @example
   * app.use(auth.captureRawBody)
   * app.use(express.json())
   * app.use(auth)
   */
  readonly captureRawBody: Middleware
  /**
   * Returns the state of the store, of Scalekit and of the queue, for a health check. A process is
   * ready to handle requests while `store.ok` is true. Never rejects.
   *
   * @returns the states, after at most a second
   * @example
   * app.get('/readyz', async (_req, res) => {
   *   const { store } = await auth.health()
   *   res.sendStatus(store.ok ? 200 : 503)
   * })
   */
  health(): Promise<Health>
  /**
   * Stops background work and fires `ended` of open connections. It waits for webhook handlers that
   * have begun: for inline ones at most 20 seconds, for those of a queue until they end or time
   * out. Close the server first. Event streams that are still open end with this call.
   */
  close(): Promise<void>
}

/**
 * Sets up Scalekit for an Express or Connect application.
 *
 * @param options Settings that override those of the environment variables. Default: the
 *   environment variables alone.
 * @returns the middleware, with guards and everything else as members
 * @throws {@link ConfigError} `config_invalid` with a list of everything that is missing or wrong
 * @example
 * app.use(scalekitAuth())
 * app.get('/app', requireAuth(), (req, res) => res.send(`Hello ${req.scalekit.user?.email}`))
 */
export function scalekitAuth(options: ScalekitAuthOptions = {}): ScalekitAuth {
  assertOptions(options)
  const instance = createInstance(parseConfig(options))
  const { addresses, background, config, connections, deliveries } = instance
  const { events, revocations, scalekit, store } = instance
  const loginUrl = addresses.paths.login
  const routes = routesOf(instance)
  const session = sessionMiddleware(instance)
  const own = guards(instance)
  const places = signedPlaces(instance)
  const stopTap = tapBodies(places)
  // Deferred until the application has added its handlers. Also, Workers allow no timer while a
  // module is loaded.
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
      const ended = background.close()
      stopTap()
      connections.close()
      await Promise.all([deliveries.close(), ended])
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

/** Binds a function of an instance, to make it a member of `auth`. */
function bound<Given extends readonly unknown[], Value>(
  instance: Instance,
  work: (instance: Instance, ...given: Given) => Value,
): (...given: Given) => Value {
  return (...given) => work(instance, ...given)
}

/**
 * Emits the audit event for a failed sign-in that a route of the application began. The error goes
 * to that route, so no route of the kit would report it.
 */
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

/** The paths of the routes whose requests are signed, with their limits. */
function signedPlaces({ addresses, config }: Instance): readonly Place[] {
  const { webhooks, interceptors } = config
  return [
    { path: addresses.routes.webhooks, maxBytes: webhooks.maxBytes },
    { path: addresses.routes.interceptors, maxBytes: interceptors.maxBytes },
  ]
}
