import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthEmitter } from '../auth/events.ts'
import type { ScalekitClient } from '../client/scalekit-client.ts'
import { type Config, parseConfig } from '../config/config.ts'
import type { ScalekitAuthOptions } from '../config/options.ts'
import { ConfigError } from '../ground/errors.ts'
import type { LoginRequest } from '../ground/types.ts'
import { assertCalled } from './guards/assert-called.ts'
import { type Guards, guards } from './guards/guards.ts'
import { type Handle, handle } from './guards/handle.ts'
import { attach } from './instance/context.ts'
import { assemble, type Parts } from './instance/parts.ts'
import type { Routes } from './instance/route.ts'
import { type Middleware, type Next, originalUrl, pathOf } from './request/middleware.ts'
import { withExpressSession } from './request/with-express-session.ts'
import { routesOf, servedRoutes } from './routes.ts'
import { loginFromApp } from './sign-in/login-from-app.ts'
import { captureRawBody, tapBodies } from './signed/body-tap.ts'
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
   * handler throw or reject with goes to `next`.
   */
  readonly handle: Handle
  /**
   * Begins a sign-in from a route of the application.
   *
   * @throws {@link ScalekitError} as `/login` would answer
   */
  login(req: IncomingMessage, res: ServerResponse, request?: LoginRequest): Promise<void>
  /**
   * Signs out from a route of the application, which must have made sure that the user wants it.
   *
   * @throws {@link ScalekitError} `store_unavailable` when the session could not be ended
   */
  logout(
    req: IncomingMessage,
    res: ServerResponse,
    options?: { readonly returnTo?: string },
  ): Promise<void>
  /**
   * Switches whoever is signed in to another organization, from a route of the application: a
   * sign-in through Scalekit that has to end there. The session that is there lives until it does.
   *
   * The request must be a form or a link of this site that a person has used.
   *
   * @param organizationId Scalekit's id (`org_…`) or your own id of the organization.
   * @param options `returnTo` is the path to come back to; by default `/`.
   * @throws {@link ScalekitError} `not_signed_in`, `cross_site_request`, `navigation_required`, or
   *   as `/login` would answer
   */
  switchOrganization(
    req: IncomingMessage,
    res: ServerResponse,
    organizationId: string,
    options?: { readonly returnTo?: string },
  ): Promise<void>
  /** Scalekit's API, with the kit's own client id and secret. */
  readonly client: ScalekitClient
  /** Scalekit's webhooks beside the route. */
  readonly webhooks: Webhooks
  /** Tells a listener of what happens, until the function that it answers is called. */
  readonly on: AuthEmitter['on']
  /**
   * Keeps a copy of what arrives for the routes of webhooks and interceptors, above body parsers.
   * HTTP/1 servers do not need it: there the kit sees every request first.
   */
  readonly captureRawBody: Middleware
  /** Stops what runs in the background, and waits for handlers that a queue has begun to run. */
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
  const config = parseConfig(options)
  const parts = assemble(config)
  const routes = routesOf(config, parts)
  const session = sessionMiddleware(parts)
  const middleware = kitMiddleware(config, parts, routes, session)
  const own = guards(parts.instance)
  const places = [
    { path: parts.at.paths.webhooks, maxBytes: config.webhookMaxBytes },
    { path: parts.at.paths.interceptors, maxBytes: config.interceptorMaxBytes },
  ]
  const stopTap = tapBodies(places)
  const { keys, deliveries } = parts.webhooks
  // By then the application has added its handlers.
  if (keys.length > 0) setImmediate(deliveries.start)

  return Object.assign(middleware, {
    ...own,
    session: () => session,
    routes,
    handle: handleFor(middleware, own.requireAuth()),
    login: loginFromApp({ at: parts.at, providers: config.providers, start: parts.login }),
    logout: parts.logout,
    switchOrganization: parts.switchOrganization,
    client: parts.scalekit,
    webhooks: webhooksMember({ ...parts, ledger: parts.store.ledger }),
    on: parts.events.on,
    captureRawBody: captureRawBody(places),
    async close() {
      stopTap()
      await deliveries.close()
      parts.revocations.close()
    },
  })
}

/**
 * Connect takes a middleware that has a member called `handle` for an application of its own, and
 * calls `handle(req, res, next)` in place of the middleware; so that is what this then does.
 */
function handleFor(middleware: Middleware, requireAuth: Middleware): ScalekitAuth['handle'] {
  return function handleOrServe(...given: readonly unknown[]) {
    if (!Array.isArray(given[0])) {
      return middleware(...(given as Parameters<Middleware>))
    }
    const [steps, handler] = given as unknown as Parameters<ScalekitAuth['handle']>
    return handle(requireAuth, steps, handler)
  } as ScalekitAuth['handle']
}

function assertOptions(options: ScalekitAuthOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError(['scalekitAuth() takes an object of options, or nothing'])
  }
  assertCalled('scalekitAuth', options)
}

/** Puts `req.scalekit` on a request. Waits only for a session whose revocations are too old. */
function sessionMiddleware({ instance, sessions, ownSession }: Parts): Middleware {
  function goOn(req: IncomingMessage, res: ServerResponse, next: Next): void {
    attach(instance, req, res)
    next()
  }

  return withExpressSession(ownSession, function scalekitSession(req, res, next) {
    if (sessions.isStale(req)) sessions.refresh().then(() => goOn(req, res, next), next)
    else goOn(req, res, next)
  })
}

/** One look at the path decides between our own routes and the application's. */
function kitMiddleware(
  config: Config,
  { at }: Parts,
  routes: Routes,
  session: Middleware,
): Middleware {
  const served = servedRoutes(config)
  const routeByPath = new Map(served.map((name) => [at.paths[name], routes[name]]))
  const routeByOwnPath = new Map(served.map((name) => [config.paths[name], routes[name]]))

  /** Mounted below a path, and one of our routes asked for there; it says if that is the wrong one. */
  function routeBelow({ url = '' }: IncomingMessage, target: string): Middleware | undefined {
    return url === target ? undefined : routeByOwnPath.get(pathOf(url))
  }

  return function scalekit(req, res, next) {
    const target = originalUrl(req)
    const own = routeByPath.get(pathOf(target)) ?? routeBelow(req, target)
    if (own) own(req, res, next)
    else session(req, res, next)
  }
}
