import type { Config } from '../config/config.ts'
import { isByToken } from './instance/ask.ts'
import type { Instance } from './instance/instance.ts'
import {
  mountedAlone,
  type RouteHandler,
  type RouteOptions,
  type Routes,
  route,
} from './instance/route.ts'
import { meRoute } from './me.ts'
import { organizationsRoute } from './organizations.ts'
import { portalRoute } from './portal.ts'
import type { Middleware } from './request/middleware.ts'
import { withExpressSession } from './request/with-express-session.ts'
import { callbackRoute } from './sign-in/callback.ts'
import { withIdpLogin } from './sign-in/idp-initiated.ts'
import { loginRoute } from './sign-in/login.ts'
import { logoutRoute } from './sign-in/logout.ts'
import {
  backchannelLogout,
  backchannelLogoutRoute,
  sendLogoutFailure,
} from './signed/backchannel-logout.ts'
import { interceptorsRoute } from './signed/interceptors.ts'
import { webhooksRoute } from './signed/webhooks.ts'

/** Makes the kit's own routes. They do not check the path of a request. */
export function routesOf(instance: Instance): Routes {
  const plain = (options: RouteOptions, handle: RouteHandler) => route(instance, options, handle)
  const withSession = (...given: Parameters<typeof plain>) =>
    withExpressSession(instance.ownSession, plain(...given))
  /** For routes of signed-in callers: a token decides alone, so no session is read beside it. */
  function withCaller(...given: Parameters<typeof plain>): Middleware {
    const [byToken, bySession] = [plain(...given), withSession(...given)]
    return function scalekitCaller(req, res, next) {
      const serve = isByToken(instance, req) ? byToken : bySession
      serve(req, res, next)
    }
  }
  const { portal } = instance.addresses.paths
  const signed = { isForScalekit: true }
  const again = { retryUrl: portal, isReload: true }
  return {
    login: withSession({ name: 'login', what: 'sign-in' }, withIdpLogin(loginRoute)),
    callback: withSession({ name: 'callback', what: 'sign-in' }, withIdpLogin(callbackRoute)),
    logout: withCaller({ name: 'logout', what: 'sign-out' }, logoutRoute),
    me: withCaller({ name: 'me', what: '/me' }, meRoute),
    webhooks: plain({ name: 'webhooks', what: 'webhook', ...signed }, webhooksRoute),
    interceptors: plain(
      { name: 'interceptors', what: 'interceptor', ...signed },
      interceptorsRoute,
    ),
    backchannelLogout: plain(
      { name: 'backchannelLogout', what: backchannelLogout, send: sendLogoutFailure },
      backchannelLogoutRoute,
    ),
    organizations: withCaller(
      { name: 'organizations', what: '/organizations' },
      organizationsRoute,
    ),
    portal: withCaller({ name: 'portal', what: 'admin portal', ...again }, portalRoute),
  }
}

/** Makes the kit's own routes for an application that mounts each by itself. */
export function routesAlone({ addresses, config }: Instance, routes: Routes): Routes {
  const entries = Object.entries(routes) as [keyof Routes, Middleware][]
  return Object.fromEntries(
    entries.map(([name, serve]) => [
      name,
      mountedAlone(addresses.routes[name], serve, config.logger),
    ]),
  ) as unknown as Routes
}

/**
 * The routes that are served. Without a secret or the option `portal`, the path of that route
 * belongs to the application.
 */
export function servedRoutes({ webhooks, interceptors, portal }: Config): (keyof Routes)[] {
  return [
    'login',
    'callback',
    'logout',
    'me',
    'backchannelLogout',
    'organizations',
    ...(webhooks.secret.length > 0 ? (['webhooks'] as const) : []),
    ...(interceptors.secret.length > 0 ? (['interceptors'] as const) : []),
    ...(portal ? (['portal'] as const) : []),
  ]
}
