import type { Config } from '../config.ts'
import { asScalekitError } from '../errors.ts'
import { after } from './after.ts'
import { callbackRoute } from './callback.ts'
import { answerFailure } from './failures.ts'
import { withIdpLogin } from './idp-initiated.ts'
import { interceptorsRoute } from './interceptors.ts'
import { loginRoute } from './login.ts'
import { logoutRoute } from './logout.ts'
import { meRoute } from './me.ts'
import type { Middleware } from './middleware.ts'
import { organizationsRoute } from './organizations.ts'
import { lookWith } from './page.ts'
import type { Parts } from './parts.ts'
import { portalNotConfigured, portalRoute } from './portal.ts'
import { portalStyle } from './portal-page.ts'
import { route } from './route.ts'
import { webhooksRoute } from './webhooks.ts'

/** The kit's own routes, each to be mounted alone. */
export interface Routes {
  readonly login: Middleware
  readonly callback: Middleware
  readonly logout: Middleware
  readonly me: Middleware
  readonly webhooks: Middleware
  readonly interceptors: Middleware
  readonly organizations: Middleware
  /** Answers 500 unless the option `portal` says who may open it. */
  readonly portal: Middleware
}

export function routesOf(config: Config, parts: Parts): Routes {
  const { at, sessions, ownSession } = parts
  const serve = (...given: Parameters<typeof route>) => after(ownSession, route(...given))
  const shared = { logger: parts.logger, look: parts.instance.look, retryUrl: at.loginUrl({}) }
  const callback = callbackRoute({
    ...parts,
    client: config.client,
    onLogin: config.onLogin,
    lifetimes: config,
    clock: config.clock,
    cookies: config,
    loginUrl: at.loginUrl,
    fail(error, req, res, query) {
      const known = asScalekitError(error, 'unexpected', 'An unexpected error')
      answerFailure(known, 'sign-in', req, res, { ...shared, retryUrl: at.loginUrl(query) })
    },
    safeReturnTo: at.safeReturnTo,
  })
  const idpLoginParts = {
    ...parts,
    ...at,
    client: config.client,
    clock: config.clock,
    start: parts.login,
    look: parts.instance.look,
    singleUse: config.store.singleUse,
  }
  const me = meRoute({ sessions, loginUrl: at.paths.login, logoutUrl: at.paths.logout })
  return {
    login: serve(
      { ...shared, what: 'sign-in', path: at.paths.login },
      withIdpLogin(idpLoginParts, loginRoute(parts.loginParts, parts.login)),
    ),
    callback: serve(
      { ...shared, what: 'sign-in', path: at.paths.callback },
      withIdpLogin(idpLoginParts, callback),
    ),
    logout: serve(
      { ...shared, what: 'sign-out', path: at.paths.logout },
      logoutRoute(parts.logoutParts, parts.logout),
    ),
    me: serve({ ...shared, what: '/me', path: at.paths.me }, me),
    webhooks: route(
      { ...shared, what: 'webhook', path: at.paths.webhooks },
      webhooksRoute(parts.webhooks),
    ),
    interceptors: route(
      { ...shared, what: 'interceptor', path: at.paths.interceptors },
      interceptorsRoute(parts.interceptors),
    ),
    organizations: serve(
      { ...shared, what: '/organizations', path: at.paths.organizations },
      organizationsRoute(parts.organizations),
    ),
    portal: serve(
      {
        ...shared,
        what: 'admin portal',
        path: at.paths.portal,
        retryUrl: at.paths.portal,
        retryText: 'Try again',
      },
      portalFor(config, parts),
    ),
  }
}

function portalFor(
  { portal: rules, client, pages }: Config,
  { at, sessions, instance, mintPortalLink: mint }: Parts,
): ReturnType<typeof portalRoute> {
  if (!rules) return portalNotConfigured()
  const { origin } = client.environmentUrl
  const look = lookWith(pages.style ?? '', portalStyle)
  return portalRoute({ rules, origin, sessions, instance, mint, look, path: at.paths.portal })
}

/** Where nothing is expected, the path is the application's. */
export function servedRoutes({
  webhookKeys,
  interceptorKeys,
  portal,
}: Config): readonly (keyof Routes)[] {
  return [
    'login',
    'callback',
    'logout',
    'me',
    'organizations',
    ...(webhookKeys.length > 0 ? (['webhooks'] as const) : []),
    ...(interceptorKeys.length > 0 ? (['interceptors'] as const) : []),
    ...(portal ? (['portal'] as const) : []),
  ]
}
