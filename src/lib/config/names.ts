import { unknownNames } from '../ground/fields.ts'
import { handlerNames } from '../webhooks/handler-names.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import {
  type InterceptorHandlers,
  interceptorHandlerNames,
} from '../webhooks/interceptor-handlers.ts'
import { sessionOf } from './option-readers.ts'
import type {
  InterceptorOptions,
  PortalOptions,
  ScalekitAuthOptions,
  SessionOptions,
  WebhookOptions,
} from './options.ts'
import type { EmailPageTexts, PageOptions } from './page-options.ts'

/** What is wrong with the names of options: each that there is not. */
export function misspelled(options: ScalekitAuthOptions): string[] {
  const { paths, login, pages, webhooks, interceptors, organizations, portal, revocation, http } =
    options
  return [
    ...unknownNames(options, optionNames.root),
    ...unknownNames(paths, optionNames.paths, 'paths.'),
    ...unknownNames(login, optionNames.login, 'login.'),
    ...unknownNames(sessionOf(options), optionNames.session, 'session.'),
    ...unknownNames(pages, optionNames.pages, 'pages.'),
    ...unknownNames(pageTextsOf(pages), pageTextNames, 'pages.texts.'),
    ...unknownNames(webhooks, [...optionNames.webhooks, ...handlerNames], 'webhooks.'),
    ...unknownNames(
      interceptors,
      [...optionNames.interceptors, ...interceptorHandlerNames],
      'interceptors.',
    ),
    ...unknownNames(organizations, optionNames.organizations, 'organizations.'),
    ...unknownNames(portal, optionNames.portal, 'portal.'),
    ...unknownNames(revocation, optionNames.revocation, 'revocation.'),
    ...unknownNames(http, optionNames.http, 'http.'),
  ]
}

/** A function's texts are not known yet. */
function pageTextsOf(pages: PageOptions | undefined): unknown {
  return typeof pages?.texts === 'function' ? undefined : pages?.texts
}

/** Every name of {@link ScalekitAuthOptions}, for telling a misspelled one. */
export const optionNames: {
  readonly root: readonly (keyof ScalekitAuthOptions)[]
  readonly paths: readonly (keyof NonNullable<ScalekitAuthOptions['paths']>)[]
  readonly login: readonly (keyof NonNullable<ScalekitAuthOptions['login']>)[]
  readonly session: readonly (keyof SessionOptions)[]
  readonly pages: readonly (keyof PageOptions)[]
  readonly webhooks: readonly Exclude<keyof WebhookOptions, keyof EventHandlers>[]
  readonly interceptors: readonly Exclude<keyof InterceptorOptions, keyof InterceptorHandlers>[]
  readonly organizations: readonly (keyof NonNullable<ScalekitAuthOptions['organizations']>)[]
  readonly portal: readonly (keyof PortalOptions)[]
  readonly revocation: readonly (keyof NonNullable<ScalekitAuthOptions['revocation']>)[]
  readonly http: readonly (keyof NonNullable<ScalekitAuthOptions['http']>)[]
} = {
  root: [
    'environmentUrl',
    'issuer',
    'clientId',
    'clientSecret',
    'baseUrl',
    'secret',
    'name',
    'basePath',
    'paths',
    'scopes',
    'login',
    'session',
    'pages',
    'webhooks',
    'interceptors',
    'organizations',
    'portal',
    'store',
    'revocation',
    'logger',
    'http',
    'clock',
    'dangerouslyAllowHttp',
  ],
  paths: [
    'login',
    'callback',
    'logout',
    'me',
    'webhooks',
    'interceptors',
    'organizations',
    'portal',
  ],
  login: ['resolve', 'fallback', 'providers', 'onLogin'],
  session: ['kind', 'store', 'secret', 'keep', 'absoluteSeconds', 'idleSeconds'],
  pages: ['style', 'texts', 'email'],
  webhooks: ['secret', 'toleranceSeconds', 'maxBytes', 'timeoutSeconds', 'delivery', 'revokeOn'],
  interceptors: ['secret', 'onFailure', 'toleranceSeconds', 'maxBytes', 'timeoutSeconds'],
  organizations: ['of'],
  portal: ['role', 'permission', 'features', 'embed', 'returnTo', 'origin'],
  revocation: ['maxLagMs'],
  http: ['fetch', 'timeoutSeconds'],
}

const pageTextNames: readonly (keyof EmailPageTexts)[] = [
  'lang',
  'title',
  'label',
  'button',
  'or',
  'provider',
  'unknown',
  'unusable',
]
