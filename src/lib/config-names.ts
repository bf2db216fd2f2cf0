import { pageTextNames } from './config-fields.ts'
import { sessionOf } from './config-options.ts'
import { unknownNames } from './fields.ts'
import { optionNames, type ScalekitAuthOptions } from './options.ts'
import type { PageOptions } from './page-options.ts'
import { handlerNames } from './webhooks/handler-names.ts'
import { interceptorHandlerNames } from './webhooks/interceptor-handlers.ts'

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
