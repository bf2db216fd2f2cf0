import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessPredicate } from '../auth/predicate.ts'
import type { Caller } from '../auth/principal.ts'
import type { View } from '../auth/views.ts'
import type { PortalConfig } from '../config/portal.ts'
import { authorizationUnknown } from '../ground/authorization-unavailable.ts'
import { ConfigError, LoginError, ScalekitError } from '../ground/errors.ts'
import { personIn, refusalOf } from './guards/accepts.ts'
import {
  type Check,
  requiresPermissions,
  requiresPredicate,
  requiresRole,
} from './guards/checks.ts'
import { tellDenied } from './guards/denial.ts'
import {
  answerRefusal,
  type Refusal,
  refusals,
  sendRefusal,
  withoutLogin,
} from './guards/refusals.ts'
import { askAuthority, lookAgain } from './instance/ask.ts'
import type { Instance } from './instance/instance.ts'
import { themeWith } from './pages/page.ts'
import { portalPage, portalStyle } from './pages/portal-page.ts'
import { textsFor } from './request/language.ts'
import { assertMethod } from './request/method.ts'
import type { Next } from './request/middleware.ts'
import { isNavigation } from './request/navigation.ts'
import { redirect, sendPage } from './request/respond.ts'

/**
 * `GET /portal`: opens the admin portal of the current organization with a link made for this
 * visit. The holder of a link can change how all users of the organization sign in, so it is only
 * made for a page load by a user.
 */
export async function portalRoute(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
): Promise<void> {
  const { portal } = instance.config
  if (!portal) throw notConfigured()
  assertOpened(req, res)
  const view = await askAuthority(instance, req, res)
  const refuse = (refusal: Refusal, seen: View = view) => {
    tellDenied(instance, req, refusal.code, () => seen)
    if (view.bearer) sendRefusal(withoutLogin(refusal), instance, res)
    else answerRefusal(refusal, instance, req, res, next)
  }
  const found = personIn(view)
  if (!found.person) return refuse(found.refusal)
  const { person: principal } = found
  if (view.isUnknown) throw authorizationUnknown()
  for (const check of checksOf(portal)) {
    const refusal = await check(principal, req, instance)
    if (refusal) return refuse(refusal)
  }
  // The checks may have taken seconds, in which the session or its authority may have ended.
  const late = lookAgain(instance, req, view)
  if (late?.principal.status === 'signed-out') {
    return refuse(refusalOf(late) ?? refusals.notSignedIn, late)
  }
  if (late?.isUnknown) throw authorizationUnknown()
  // The organization comes from the session only. No part of the request can name another.
  const { organizationId } = principal
  if (organizationId === undefined) {
    return refuse(refusals.noOrganization)
  }
  open(instance, portal, await linkTo(instance, portal, organizationId), req, res)
}

function checksOf({ role, permission, allow }: PortalConfig): readonly Check[] {
  return [
    ...(role.length > 0 ? [requiresRole(role)] : []),
    requiresPermissions(permission),
    // Last, because it may query a database: only for users who pass the other checks. The cast is
    // safe, because only users reach this route.
    ...(allow
      ? [
          requiresPredicate(
            allow as AccessPredicate<IncomingMessage, Caller>,
            refusals.portalNotAllowed,
            '`portal.allow`',
          ),
        ]
      : []),
  ]
}

async function linkTo(
  { config, scalekit }: Instance,
  { features, origin = config.environmentUrl.origin }: PortalConfig,
  organizationId: string,
): Promise<URL> {
  const { location } = await scalekit.organization
    .generatePortalLink(organizationId, { features })
    .catch((cause: unknown) => {
      throw unavailable('Scalekit did not return a link to the admin portal', { cause })
    })
  const link = URL.canParse(location) ? new URL(location) : undefined
  if (link && link.origin === origin) return link
  throw unavailable(`The link to the admin portal does not begin with ${origin}`, {
    hint: 'If your admin portal has another origin, set `portal.origin` to it.',
  })
}

function open(
  instance: Instance,
  { embed, returnTo }: PortalConfig,
  link: URL,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const { addresses, config } = instance
  if (embed) {
    const ways = {
      returnTo: returnTo === '/' ? addresses.home : returnTo,
      again: addresses.paths.portal,
    }
    const page = portalPage(link, ways, textsFor(instance, req, res))
    sendPage(res, 200, page, themeWith(config.pages, portalStyle))
    return
  }
  // The portal does not need the URL from which the browser comes.
  res.setHeader('Referrer-Policy', 'no-referrer')
  redirect(req, res, link.href)
}

/** The option that names who may open the portal is missing. */
function notConfigured(): ConfigError {
  return new ConfigError(
    'portal_not_configured',
    'The option `portal` is missing, so no role may open the admin portal',
    {
      hint: 'Name a role: scalekitAuth({ portal: { role: "admin" } }).',
    },
  )
}

/** Refuses prefetches and scripts: each request would create a link that no user asked for. */
function assertOpened(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET'], 'The admin portal must be opened with GET')
  if (!isNavigation(req)) {
    throw new LoginError(
      'navigation_required',
      'The admin portal must be opened as a page of its own',
      {
        hint: 'Send the browser there with a link or location.assign(), not with fetch() or a frame.',
      },
    )
  }
}

function unavailable(message: string, details: { cause?: unknown; hint?: string }): ScalekitError {
  return new ScalekitError('portal_unavailable', message, details)
}
