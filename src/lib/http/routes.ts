import type { Config } from '../config/config.ts'
import { answerFailure, type FailureParts } from './instance/failures.ts'
import type { Parts } from './instance/parts.ts'
import { type RouteHandler, type RouteParts, type Routes, route } from './instance/route.ts'
import { meRoute } from './me.ts'
import { organizationsRoute } from './organizations.ts'
import { themeWith } from './pages/page.ts'
import { portalStyle } from './pages/portal-page.ts'
import { portalNotConfigured, portalRoute } from './portal.ts'
import { withExpressSession } from './request/with-express-session.ts'
import { callbackRoute } from './sign-in/callback.ts'
import { type IdpLoginParts, withIdpLogin } from './sign-in/idp-initiated.ts'
import { loginRoute } from './sign-in/login.ts'
import { logoutRoute } from './sign-in/logout.ts'
import { interceptorsRoute } from './signed/interceptors.ts'
import { webhooksRoute } from './signed/webhooks.ts'

export function routesOf(config: Config, parts: Parts): Routes {
  const { at, sessions, ownSession, logger, instance } = parts
  const answers = { logger, theme: instance.theme, retryUrl: at.loginUrl({}) }
  const own = (what: string, path: string, handler: RouteHandler, retry: Retry = {}) =>
    route({ ...answers, what, path, ...retry }, handler)
  const withSession = (...given: Parameters<typeof own>) =>
    withExpressSession(ownSession, own(...given))
  const { paths } = at
  const idpLogin = idpLoginParts(config, parts)
  const login = withIdpLogin(idpLogin, loginRoute(parts.loginParts, parts.login))
  const callback = withIdpLogin(idpLogin, callbackFor(config, parts, answers))
  const logout = logoutRoute(parts.logoutParts, parts.logout)
  const me = meRoute({ sessions, loginUrl: paths.login, logoutUrl: paths.logout })
  const organizations = organizationsRoute(parts.organizations)
  return {
    login: withSession('sign-in', paths.login, login),
    callback: withSession('sign-in', paths.callback, callback),
    logout: withSession('sign-out', paths.logout, logout),
    me: withSession('/me', paths.me, me),
    webhooks: own('webhook', paths.webhooks, webhooksRoute(parts.webhooks)),
    interceptors: own('interceptor', paths.interceptors, interceptorsRoute(parts.interceptors)),
    organizations: withSession('/organizations', paths.organizations, organizations),
    portal: withSession('admin portal', paths.portal, portalFor(config, parts), {
      retryUrl: paths.portal,
      retryText: 'Try again',
    }),
  }
}

/** What a page says that asks to try again, where that is not the sign-in. */
type Retry = Pick<Partial<RouteParts>, 'retryUrl' | 'retryText'>

function callbackFor(config: Config, parts: Parts, answers: FailureParts): RouteHandler {
  const { at } = parts
  return callbackRoute({
    ...parts,
    client: config.client,
    onLogin: config.onLogin,
    lifetimes: config,
    clock: config.clock,
    cookies: config,
    loginUrl: at.loginUrl,
    fail: (error, req, res, query) =>
      answerFailure(error, 'sign-in', req, res, { ...answers, retryUrl: at.loginUrl(query) }),
    safeReturnTo: at.safeReturnTo,
  })
}

function idpLoginParts(config: Config, parts: Parts): IdpLoginParts {
  return {
    ...parts,
    ...parts.at,
    client: config.client,
    clock: config.clock,
    start: parts.login,
    theme: parts.instance.theme,
    singleUse: parts.store.singleUse,
  }
}

function portalFor(
  { portal: rules, client, pages }: Config,
  { at, instance, mintPortalLink: mint }: Parts,
): RouteHandler {
  if (!rules) return portalNotConfigured()
  const { origin } = client.environmentUrl
  const theme = themeWith(pages.style ?? '', portalStyle)
  return portalRoute({ rules, origin, instance, mint, theme, path: at.paths.portal })
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
