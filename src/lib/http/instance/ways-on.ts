import type { IncomingMessage } from 'node:http'
import { authenticatedOrganizations } from '../../auth/authenticated-organizations.ts'
import type { PageWay } from '../../config/page-options.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { isOwnCode } from '../../ground/error-codes.ts'
import type { Identity } from '../../ground/types.ts'
import { fillPlain } from '../pages/fill.ts'
import { pathOf, plainPath } from '../request/middleware.ts'
import type { Instance } from './instance.ts'

/** The refusal or error that a page shows. */
export interface Situation {
  readonly code: string
  /** The step that would help: a sign-in, or loading the page again. */
  readonly retry?: { readonly kind: 'sign-in' | 'retry'; readonly url: string } | undefined
  /** The path to which a sign-in as another user returns. */
  readonly returnTo?: string | undefined
  /** Whether another sign-in of the same user would be refused again. */
  readonly isFinal?: boolean
}

/** Codes that refuse the signed-in user. Another user may be let in. */
const aboutUser: readonly string[] = [
  'organization_required',
  'wrong_organization',
  'role_required',
  'permission_required',
  'insufficient_scope',
  'auth_time_missing',
  'login_denied',
]

/** Codes of sign-ins that fail again as long as the target is the same. */
const aboutTarget: readonly string[] = [
  'login_target_mismatch',
  'connection_unavailable',
  'target_unknown',
  'identity_provider_failed',
]

/**
 * Whether this code refuses the signed-in user. The page then names the user. Every code that the
 * application defines does.
 */
export function isAboutUser(code: string): boolean {
  return !isOwnCode(code) || aboutUser.includes(code)
}

/** The maximum number of other organizations that a page offers. */
const maxOrganizations = 3

/**
 * Returns the links and buttons of a page, best first. Only the first one, `situation.retry`, may
 * lead to the page itself.
 */
export async function waysOn(
  instance: Instance,
  req: IncomingMessage,
  texts: PageTexts,
  situation: Situation,
  who: Identity | undefined,
): Promise<readonly PageWay[]> {
  const { code, retry, isFinal } = situation
  const { common } = texts
  const isRefusal = isAboutUser(code)
  const labels = { 'sign-in': common.signIn, retry: common.retry } as const
  const again = retry && !isFinal && link(retry.kind, labels[retry.kind], retry.url)
  const mayBeOther = isRefusal ? who !== undefined || code === 'login_denied' : isTarget(code)
  return [
    ...(again ? [again] : []),
    ...(mayBeOther
      ? [link('other-account', common.otherAccount, otherAccountUrl(instance, situation, who))]
      : []),
    ...(isRefusal && who ? await otherOrganizations(instance, texts, situation, who) : []),
    ...homeWay(instance, req, texts),
    ...(isRefusal && who ? [signOutWay(instance, texts, who)] : []),
    ...helpWay(instance, texts),
  ]
}

function isTarget(code: string): boolean {
  return aboutTarget.includes(code)
}

/** A link to the start page, unless that is the page itself. */
export function homeWay(
  { addresses }: Pick<Instance, 'addresses'>,
  req: IncomingMessage,
  { common }: PageTexts,
): readonly PageWay[] {
  const here = plainPath(pathOf(addresses.browserTarget(req)))
  const isHome = req.method === 'GET' && here === plainPath(addresses.home)
  return isHome ? [] : [link('home', common.home, addresses.home)]
}

/** A link to `pages.supportUrl`. */
export function helpWay(
  { config }: Pick<Instance, 'config'>,
  { common }: PageTexts,
): readonly PageWay[] {
  const { supportUrl } = config.pages
  return supportUrl === undefined ? [] : [link('help', common.help, supportUrl)]
}

/**
 * Returns the URL for signing in as another user. Full Stack Auth has a page for choosing an
 * account. With Modular SSO, or if the application decides the target, the identity provider
 * authenticates the user anew.
 */
function otherAccountUrl(
  { addresses, config }: Instance,
  { returnTo }: Situation,
  who: Identity | undefined,
): string {
  const { fallback, resolve } = config.login
  // Subjects of Full Stack Auth are users of Scalekit. Subjects of Modular SSO belong to a
  // connection.
  const isFullStack = who ? who.sub.startsWith('usr_') : fallback === 'hosted'
  const prompt = isFullStack && !resolve ? 'select_account' : 'login'
  return addresses.loginUrl({ prompt, ...(returnTo === undefined ? {} : { return_to: returnTo }) })
}

/**
 * Returns links to other organizations that this browser has signed in to, latest first. An
 * organization whose display name is unknown gets no link.
 */
async function otherOrganizations(
  { addresses, lookUpName }: Instance,
  { common }: PageTexts,
  { returnTo }: Situation,
  who: Identity,
): Promise<readonly PageWay[]> {
  const ids = authenticatedOrganizations(who).filter((id) => id !== who.organizationId)
  const latest = ids.slice(-maxOrganizations).reverse()
  const named = await Promise.all(latest.map(async (id) => ({ id, ...(await lookUpName(id)) })))
  return named.flatMap(({ id, displayName }) => {
    if (displayName === undefined) return []
    const target = { organization_id: id, prompt: 'select_account' }
    const url = addresses.loginUrl(returnTo ? { ...target, return_to: returnTo } : target)
    const label = fillPlain(common.otherOrganization, { organization: displayName })
    return [link('other-organization', label, url)]
  })
}

function signOutWay(
  { addresses, csrf }: Instance,
  { common }: PageTexts,
  { sessionId }: Identity,
): PageWay {
  const fields = { csrf: csrf.issue(sessionId) }
  const url = addresses.paths.logout
  return { kind: 'sign-out', label: common.signOut, method: 'post', url, fields }
}

function link(kind: PageWay['kind'], label: string, url: string): PageWay {
  return { kind, label, method: 'get', url, fields: {} }
}
