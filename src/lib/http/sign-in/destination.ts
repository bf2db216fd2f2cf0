import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { LoginConfig } from '../../config/login.ts'
import type { ResolveLogin } from '../../config/options.ts'
import { LoginError } from '../../ground/errors.ts'
import { answerInTime } from '../../ground/hooks.ts'
import type { LoginRequest } from '../../ground/types.ts'
import type { Instance } from '../instance/instance.ts'
import { withScalekitsId } from './external-organization.ts'
import { checkLoginRequest, domainOfEmail, hasPrompt } from './login-target.ts'
import { requestText, targetText } from './target-text.ts'

/** The members of an instance that are needed here. */
interface DestinationParts extends Pick<Instance, 'lookUpDomain' | 'lookUpOrganization'> {
  readonly config: Pick<Config, 'login'>
}

/** The request to Scalekit, or the reason to ask the user for an email address first. */
export interface Destination {
  readonly request: LoginRequest
  /** The application's own id of the organization, if the sign-in was requested by that id. */
  readonly externalOrganizationId?: string
  readonly ask?: 'first' | 'unknown' | 'unusable'
  /** The reason for the decision, as a log line states it. */
  readonly reason: string
}

/**
 * Finds the target of a sign-in, in this order: the target that the request names, the target that
 * `login.resolve` returns, the connection of the email address's domain, the fallback.
 *
 * A connection that was found is pinned together with its organization. A named domain without a
 * connection is sent to Scalekit unchanged and pins nothing: Scalekit's error says more precisely
 * what is wrong with it.
 *
 * @throws {@link LoginError} `parameter_invalid`, `ambiguous_target`, `provider_not_allowed`,
 *   `login_resolve_failed`, `target_unknown` or `application_refused`
 * @throws {@link ScalekitError} `provider_unavailable`
 */
export async function findDestination(
  parts: DestinationParts,
  req: IncomingMessage,
  asked: LoginRequest,
): Promise<Destination> {
  return withScalekitsId(parts.lookUpOrganization, await decide(parts, req, asked))
}

/**
 * Finds the target of a request with parameters of `login.forward`, which Scalekit's page reads.
 * Only a target in the request itself counts.
 *
 * @throws {@link LoginError} `parameter_invalid`, `ambiguous_target`, `provider_not_allowed`,
 *   `target_unknown` or `application_refused`
 * @throws {@link ScalekitError} `provider_unavailable`
 */
export async function forwardedDestination(
  { config: { login }, lookUpOrganization }: DestinationParts,
  asked: LoginRequest,
): Promise<Destination> {
  const request = checkLoginRequest(asked, login.providers)
  const reason = 'a parameter of `login.forward` is there, so Scalekit decides'
  return withScalekitsId(lookUpOrganization, { request, reason })
}

async function decide(
  parts: DestinationParts,
  req: IncomingMessage,
  asked: LoginRequest,
): Promise<Destination> {
  const { login } = parts.config
  const named = checkLoginRequest(asked, login.providers)
  if (isExact(named)) {
    return { request: named, reason: `the request decides: ${targetText(named)}` }
  }
  const request = namesTarget(named) ? named : await resolved(login, req, named)
  if (isExact(request)) return { request, reason: `login.resolve decides: ${targetText(request)}` }
  const found = await findByDomain(parts, request)
  const said = request === named ? '' : `login.resolve names ${requestText(request)}; `
  return { ...found, reason: said + found.reason }
}

/**
 * Finds the connection of the named domain or of the email address's domain. Without one, uses the
 * fallback.
 */
async function findByDomain(
  { config: { login }, lookUpDomain }: DestinationParts,
  request: LoginRequest,
): Promise<Destination> {
  const { domain, loginHint = '' } = request
  const wanted = domain ?? domainOfEmail(loginHint)
  const found = wanted === undefined ? 'unknown' : await lookUpDomain(wanted)
  if (typeof found === 'object') {
    return { request: { ...request, ...found }, reason: `${wanted} has ${targetText(found)}` }
  }
  const why = wanted === undefined ? 'there is no target' : `${wanted} has ${lacks[found]}`
  // Asking the user would bring nothing new, and Scalekit reads the hint itself.
  const isForScalekit = domain !== undefined || found === 'unclear' || login.fallback === 'hosted'
  if (isForScalekit || isScalekitsOwn(request)) {
    return { request, reason: `${why}, so Scalekit decides` }
  }
  const reason = `${why}, so the user is asked for an email address`
  return { request, ask: loginHint === '' ? 'first' : found, reason }
}

/** Log messages for a domain that does not lead to one connection. */
const lacks = {
  unknown: 'no connection',
  unusable: 'no connection that is enabled and completed',
  unclear: 'several connections, or could not be looked up',
} as const

function isExact({ connectionId, organizationId, provider }: LoginRequest): boolean {
  return (connectionId ?? organizationId ?? provider) !== undefined
}

function namesTarget(request: LoginRequest): boolean {
  return isExact(request) || request.domain !== undefined
}

/**
 * Whether only Scalekit's page can do what the request asks for: create an account, select another
 * organization, or sign in without a page.
 */
function isScalekitsOwn(request: LoginRequest): boolean {
  return ['create', 'select_account', 'none'].some((prompt) => hasPrompt(request, prompt))
}

/** Adds the target that `login.resolve` returns. A value in the request itself takes precedence. */
async function resolved(
  { resolve, providers }: LoginConfig,
  req: IncomingMessage,
  named: LoginRequest,
): Promise<LoginRequest> {
  const answer = resolve ? await ask(resolve, req) : undefined
  if (answer === undefined) return named
  return checkLoginRequest({ ...answer, ...named }, providers)
}

async function ask(resolve: ResolveLogin, req: IncomingMessage): Promise<LoginRequest | undefined> {
  let answer: unknown
  try {
    answer = await answerInTime(() => resolve(req))
  } catch (cause) {
    throw new LoginError('login_resolve_failed', 'login.resolve failed', { cause })
  }
  return answer === undefined || answer === null ? undefined : texts(answer)
}

/** Returns the members that are set. Their forms are checked later, as for any request. */
function texts(answer: unknown): LoginRequest {
  const members = Object.entries(Object(answer)).filter(([, value]) => value !== undefined)
  const isObject = typeof answer === 'object' && !Array.isArray(answer)
  if (isObject && members.every(([, value]) => typeof value === 'string')) {
    return Object.fromEntries(members)
  }
  throw new LoginError(
    'login_resolve_failed',
    'login.resolve must return an object of strings or undefined',
    {
      hint: 'Return an object such as { organizationId }, or undefined for no target.',
    },
  )
}
