import type { IncomingMessage } from 'node:http'
import { authenticatedOrganizations } from '../../auth/authenticated-organizations.ts'
import type { PageWay } from '../../config/page-options.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { isOwnCode } from '../../ground/error-codes.ts'
import type { Identity } from '../../ground/types.ts'
import { fillPlain } from '../pages/fill.ts'
import { notedLocales } from '../request/language.ts'
import { plainPath } from '../request/middleware.ts'
import { isOrganizationPage } from '../request/organization-pages.ts'
import type { Addresses } from './addresses.ts'
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
  /** The session that the user wanted to end, and the path to return to. */
  readonly signOut?:
    | { readonly sessionId: string; readonly returnTo: string | undefined }
    | undefined
}

/** Codes that refuse the signed-in user. Another user may be let in. */
const aboutUser: readonly string[] = [
  'organization_required',
  'wrong_organization',
  'user_not_accepted',
  'role_required',
  'permission_required',
  'insufficient_scope',
  'auth_time_missing',
  'login_denied',
]

/** The ways on from a sign-in that failed because of its target. */
interface TargetWays {
  /** Whether a sign-in at the same target may succeed. */
  readonly mayBeAgain: boolean
  /** Whether a sign-in as another user, without the target, is more likely to succeed. */
  readonly isOtherFirst: boolean
}

/** Codes of sign-ins that failed because of their target. */
const aboutTarget: Readonly<Record<string, TargetWays>> = {
  login_target_mismatch: { mayBeAgain: true, isOtherFirst: true },
  connection_unavailable: { mayBeAgain: false, isOtherFirst: true },
  target_unknown: { mayBeAgain: false, isOtherFirst: true },
  identity_provider_failed: { mayBeAgain: true, isOtherFirst: false },
}

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
  const { code, signOut } = situation
  const refused = isAboutUser(code) ? who : undefined
  const again = againWay(texts, situation)
  const other = otherAccountWay(instance, req, texts, situation, who)
  const signIns = aboutTarget[code]?.isOtherFirst ? [...other, ...again] : [...again, ...other]
  const ends = refused ? { sessionId: refused.sessionId, returnTo: undefined } : signOut
  return [
    ...signIns,
    ...(refused ? await otherOrganizations(instance, req, texts, situation, refused) : []),
    ...(leadsBack(instance, situation, who) ? [] : homeWay(instance, req, texts)),
    ...(ends ? [signOutWay(instance, texts, ends)] : []),
    ...helpWay(instance, texts),
  ]
}

function againWay({ common }: PageTexts, { code, retry, isFinal }: Situation): readonly PageWay[] {
  if (!retry || isFinal || aboutTarget[code]?.mayBeAgain === false) return []
  const label = retry.kind === 'sign-in' ? common.signIn : common.retry
  return [link(retry.kind, label, retry.url)]
}

function otherAccountWay(
  instance: Instance,
  req: IncomingMessage,
  { common }: PageTexts,
  situation: Situation,
  who: Identity | undefined,
): readonly PageWay[] {
  const { code } = situation
  const isOffered = isAboutUser(code)
    ? who !== undefined || code === 'login_denied'
    : Object.hasOwn(aboutTarget, code)
  if (!isOffered) return []
  return [
    link('other-account', common.otherAccount, otherAccountUrl(instance, req, situation, who)),
  ]
}

/**
 * Whether the start page, from which the sign-in came, may lead to the same denial: it sends the
 * browser to sign in, and no page asks who the user is.
 */
function leadsBack(
  { addresses, config }: Pick<Instance, 'addresses' | 'config'>,
  { isFinal = false, returnTo }: Situation,
  who: Identity | undefined,
): boolean {
  const { fallback, resolve } = config.login
  const asksNoUser = fallback === 'hosted' || resolve !== undefined
  return isFinal && !who && asksNoUser && isHome(addresses, returnTo)
}

/** Whether a path is the start page, whatever its query and fragment. */
export function isHome({ home }: Pick<Addresses, 'home'>, path: string | undefined): boolean {
  return path !== undefined && plainPath(path.replace(/[?#].*$/s, '')) === plainPath(home)
}

/** A link to the start page, unless that is the page itself. */
export function homeWay(
  { addresses }: Pick<Instance, 'addresses'>,
  req: IncomingMessage,
  { common }: PageTexts,
): readonly PageWay[] {
  const isHere = req.method === 'GET' && isHome(addresses, addresses.browserTarget(req))
  return isHere ? [] : [link('home', common.home, addresses.home)]
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
  req: IncomingMessage,
  { returnTo }: Situation,
  who: Identity | undefined,
): string {
  const { fallback, resolve } = config.login
  // Subjects of Full Stack Auth are users of Scalekit. Subjects of Modular SSO belong to a
  // connection.
  const isFullStack = who ? who.sub.startsWith('usr_') : fallback === 'hosted'
  const prompt = isFullStack && !resolve ? 'select_account' : 'login'
  return addresses.loginUrl({ prompt, ...keptFor(req, returnTo) })
}

/** Returns the parameters of the sign-in that one as another user keeps. */
function keptFor(req: IncomingMessage, returnTo: string | undefined): Record<string, string> {
  const uiLocales = notedLocales(req)
  return {
    ...(returnTo === undefined ? {} : { return_to: returnTo }),
    ...(uiLocales === undefined ? {} : { ui_locales: uiLocales }),
  }
}

/**
 * Returns links to other organizations that this browser has signed in to, latest first. An
 * organization whose display name is unknown gets no link. A page of one organization is no place
 * to return to: it would refuse the user again, or switch back.
 */
async function otherOrganizations(
  { addresses, lookUpName }: Instance,
  req: IncomingMessage,
  { common }: PageTexts,
  { returnTo }: Situation,
  who: Identity,
): Promise<readonly PageWay[]> {
  const kept = keptFor(req, isOrganizationPage(req) ? undefined : returnTo)
  const ids = authenticatedOrganizations(who).filter((id) => id !== who.organizationId)
  const latest = ids.slice(-maxOrganizations).reverse()
  const named = await Promise.all(latest.map(async (id) => ({ id, ...(await lookUpName(id)) })))
  return named.flatMap(({ id, displayName }) => {
    if (displayName === undefined) return []
    const target = { organization_id: id, prompt: 'select_account' }
    const url = addresses.loginUrl({ ...target, ...kept })
    const label = fillPlain(common.otherOrganization, { organization: displayName })
    return [link('other-organization', label, url)]
  })
}

function signOutWay(
  { addresses, csrf }: Instance,
  { common }: PageTexts,
  { sessionId, returnTo }: NonNullable<Situation['signOut']>,
): PageWay {
  const fields = { csrf: csrf.issue(sessionId) }
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
  const url = addresses.paths.logout + query
  return { kind: 'sign-out', label: common.signOut, method: 'post', url, fields }
}

function link(kind: PageWay['kind'], label: string, url: string): PageWay {
  return { kind, label, method: 'get', url, fields: {} }
}
