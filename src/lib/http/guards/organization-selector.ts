import type { IncomingMessage } from 'node:http'
import { ConfigError, ScalekitError } from '../../ground/errors.ts'
import { answerAtOnce } from '../../ground/hooks.ts'
import { kindOf } from '../../ground/kind-of.ts'
import { quote, textOfThrown } from '../../ground/log.ts'
import { askedHost } from '../request/middleware.ts'
import type { CheckParts } from './checks.ts'

/**
 * Where a route says which organization it belongs to: the id itself, the name of a route
 * parameter or of a header, or a function of the request. With `subdomainOf: 'app.example'` the
 * host `acme.app.example` belongs to the organization that you call `acme`: its external id.
 *
 * A function returns the id at once: with a promise no organization is selected.
 */
export type OrganizationSelector<Req extends IncomingMessage = IncomingMessage> =
  | string
  | RequestPlace
  | ((req: Req) => unknown)

/** The part of a request that names an organization. */
export type RequestPlace =
  | { readonly param: string }
  | { readonly header: string }
  | { readonly subdomainOf: string }

const places = ['param', 'header', 'subdomainOf']

/**
 * Refuses what would select nothing, so that everybody was refused and nobody knew why.
 *
 * @throws {@link ConfigError}
 */
export function assertSelects(select: unknown): void {
  if (typeof select === 'function' || isName(select)) return
  const [place, ...others] = Object.entries(Object(select))
  if (place && others.length === 0 && places.includes(place[0]) && isName(place[1])) return
  throw new ConfigError([
    "requireOrganization() needs an organization id, a function of the request, or one place in the request, such as { param: 'org' }",
  ])
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/**
 * Answers the organization's id, or `undefined` for none and for anything but one text.
 *
 * @throws {@link ScalekitError} `unexpected` when a select function throws
 *
 * @internal
 */
export function selectOrganization<Req extends IncomingMessage>(
  select: OrganizationSelector<Req>,
  req: Req,
  log: SelectorLog,
): string | undefined {
  const value = selected(select, req, log)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Where it is told that a select function failed. */
type SelectorLog = Pick<CheckParts, 'logger' | 'warnOnce'>

function selected<Req extends IncomingMessage>(
  select: OrganizationSelector<Req>,
  req: Req,
  log: SelectorLog,
): unknown {
  if (typeof select === 'function') return ask(() => select(req), log)
  return typeof select === 'string' ? select : lookUp(select, req)
}

function ask(select: () => unknown, { logger, warnOnce }: SelectorLog): unknown {
  try {
    const value = answerAtOnce(select)
    // Only its kind: an application may select what a visitor sends.
    if (value !== undefined && value !== null && typeof value !== 'string') {
      warnOnce(`${selectFunction} must return a string or undefined, not ${kindOf(value)}`)
    }
    return value
  } catch (cause) {
    logger.error(`${selectFunction} failed: ${quote(textOfThrown(cause))}`)
    throw new ScalekitError('unexpected', `${selectFunction} failed`, { cause })
  }
}

const selectFunction = 'The select function of requireOrganization()'

/** Whether what is selected is your own id of an organization, and not Scalekit's. */
export function selectsExternalId(select: unknown): boolean {
  return typeof select === 'object' && select !== null && 'subdomainOf' in select
}

function lookUp(select: RequestPlace, req: IncomingMessage): unknown {
  if ('header' in select) return req.headers[select.header.toLowerCase()]
  if ('subdomainOf' in select) return subdomain(askedHost(req), select.subdomainOf)
  const { params } = req as IncomingMessage & { params?: Record<string, unknown> }
  return params && Object.hasOwn(params, select.param) ? params[select.param] : undefined
}

/** The one label in front of a domain; host names ignore case. */
function subdomain(host: string, domain: string): string | undefined {
  const [name = ''] = host.toLowerCase().split(':')
  const end = `.${domain.toLowerCase()}`
  const label = name.endsWith(end) ? name.slice(0, -end.length) : ''
  return label.includes('.') ? undefined : label
}
