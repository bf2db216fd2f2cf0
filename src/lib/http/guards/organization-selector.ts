import type { IncomingMessage } from 'node:http'
import { ConfigError, ScalekitError } from '../../ground/errors.ts'
import { answerAtOnce } from '../../ground/hooks.ts'
import { kindOf } from '../../ground/kind-of.ts'
import { quote, textOfThrown } from '../../ground/log.ts'
import { askedHost } from '../request/middleware.ts'
import type { CheckParts } from './checks.ts'

/**
 * Selects the organization that a route belongs to: an organization id, the name of a route
 * parameter or of a header, or a function of the request. With `subdomainOf: 'app.example'`, the
 * host `acme.app.example` belongs to the organization whose external id is `acme`.
 *
 * A function must return the id synchronously. If it returns a promise, no organization is
 * selected.
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
 * Refuses a selector that can never select an organization. The guard would refuse every request,
 * and no message would say why.
 *
 * @throws {@link ConfigError} `config_invalid`
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
 * Returns the organization's id, or `undefined` if there is none or it is not a single non-empty
 * string.
 *
 * @throws {@link ScalekitError} `unexpected` if a select function throws
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

/** The members with which a failed select function is logged. */
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
    // Log the type only: the value may come from the request.
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

/** Whether the selected value is an external id of the application, and not Scalekit's id. */
export function selectsExternalId(select: unknown): boolean {
  return typeof select === 'object' && select !== null && 'subdomainOf' in select
}

function lookUp(select: RequestPlace, req: IncomingMessage): unknown {
  if ('header' in select) return req.headers[select.header.toLowerCase()]
  if ('subdomainOf' in select) return subdomain(askedHost(req), select.subdomainOf)
  const { params } = req as IncomingMessage & { params?: Record<string, unknown> }
  return params && Object.hasOwn(params, select.param) ? params[select.param] : undefined
}

/** Returns the single label in front of the domain. Host names are compared without case. */
function subdomain(host: string, domain: string): string | undefined {
  const [name = ''] = host.toLowerCase().split(':')
  const end = `.${domain.toLowerCase()}`
  const label = name.endsWith(end) ? name.slice(0, -end.length) : ''
  return label.includes('.') ? undefined : label
}
