import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PortalFeature } from '../config/options.ts'
import type { PortalRules } from '../config/portal.ts'
import { LoginError, ScalekitError } from '../ground/errors.ts'
import { requiresPermissions, requiresRole } from './guards/checks.ts'
import { answerRefusal, type Refusal, refusals } from './guards/refusals.ts'
import type { Instance } from './instance/context.ts'
import type { RouteHandler } from './instance/route.ts'
import type { Theme } from './pages/page.ts'
import { portalPage } from './pages/portal-page.ts'
import { assertMethod } from './request/method.ts'
import { isNavigation } from './request/navigation.ts'
import { redirect, sendPage } from './request/respond.ts'

/** Makes a link to the portal of an organization, and answers where it leads. */
export type MintPortalLink = (
  organizationId: string,
  features: readonly PortalFeature[],
) => Promise<string>

/** What `/portal` needs. */
export interface PortalParts {
  readonly rules: PortalRules
  /** The environment's. */
  readonly origin: string
  readonly instance: Instance
  readonly mint: MintPortalLink
  /** With {@link portalStyle}. */
  readonly theme: Theme
  /** The path of this route. */
  readonly path: string
}

/**
 * `GET /portal`: opens the admin portal of the current organization, by a link that is made for
 * this visit. Whoever has such a link may change how everybody in the organization signs in, so it
 * is made for a person who opens the page, and for nobody and nothing else.
 */
export function portalRoute(parts: PortalParts): RouteHandler {
  const { rules, instance, mint } = parts
  const { roles, permissions, features, origin = parts.origin } = rules
  const checks = [
    ...(roles.length > 0 ? [requiresRole(roles)] : []),
    requiresPermissions(permissions),
  ]

  return async function portal(req, res) {
    assertOpened(req, res)
    const refuse = (refusal: Refusal) => answerRefusal(refusal, instance, req, res)
    const principal = await instance.sessions.ask(req, res)
    if (principal.status === 'signed-out') return refuse(refusals.notSignedIn)
    for (const check of checks) {
      const refusal = check(principal, req, instance.clock())
      if (refusal) return refuse(refusal)
    }
    // Nothing of the request can name another one.
    const { organizationId } = principal
    if (organizationId === undefined) return refuse(refusals.noOrganization)
    open(await linkTo(organizationId), req, res)
  }

  async function linkTo(organizationId: string): Promise<URL> {
    const location = await mint(organizationId, features).catch((cause: unknown) => {
      throw unavailable('Scalekit made no link to the admin portal', { cause })
    })
    const link = URL.canParse(location) ? new URL(location) : undefined
    if (link && link.origin === origin) return link
    throw unavailable(`The link to the admin portal does not lead to ${origin}`, {
      hint: 'If your portal is somewhere else, say where with `portal.origin`.',
    })
  }

  function open(link: URL, req: IncomingMessage, res: ServerResponse): void {
    if (rules.isEmbedded) {
      const page = portalPage(link, { returnTo: rules.returnTo, again: parts.path })
      sendPage(res, 200, page, parts.theme)
      return
    }
    // The portal has no use for the address that somebody comes from.
    res.setHeader('Referrer-Policy', 'no-referrer')
    redirect(req, res, link.href)
  }
}

/** Stands in for the route where the application has not said who may open the portal. */
export function portalNotConfigured(): RouteHandler {
  return async function portal() {
    throw new ScalekitError('portal_not_configured', '`portal` does not say who may open it', {
      hint: 'Name a role: scalekitAuth({ portal: { role: "admin" } }).',
    })
  }
}

/** A prefetch or a script that asks would leave a link lying about that nobody wanted. */
function assertOpened(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET'], 'The portal opens with GET')
  if (!isNavigation(req)) {
    throw new LoginError('navigation_required', 'The portal opens as a page of its own', {
      hint: 'Send the browser there with a link or location.assign(), not with fetch() or a frame.',
    })
  }
}

function unavailable(message: string, details: { cause?: unknown; hint?: string }): ScalekitError {
  return new ScalekitError('portal_unavailable', message, details)
}
