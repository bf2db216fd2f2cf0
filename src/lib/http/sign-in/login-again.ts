import type { IncomingMessage } from 'node:http'
import { ScalekitError } from '../../ground/errors.ts'
import type { Addresses } from '../instance/addresses.ts'
import type { Instance } from '../instance/instance.ts'
import { queryOf } from '../request/middleware.ts'
import {
  type FurtherParameters,
  forwardedParameters,
  openParameters,
} from './further-parameters.ts'
import { fieldsOf, type LoginQuery, usableIn } from './login-target.ts'
import { isOfThisSite } from './other-session.ts'

/**
 * Returns the query of `/login` that begins a sign-in again that failed at `/login` itself. Wrong
 * and repeated parameters are left out.
 */
export function loginAgainQuery(
  instance: Instance,
  req: IncomingMessage,
  error: unknown,
): Record<string, string> {
  const query = queryOf(req)
  const named = usableIn(query, instance.config.login.providers)
  const { connectionId, organizationId, domain, provider, loginHint, ...others } = named
  const returnTo = returnToIn(instance.addresses, req, query)
  if (wouldReplaceUnasked(instance, req)) return fieldsOf({ ...others, returnTo })
  const target = isWrongTarget(error) ? {} : { connectionId, organizationId, domain, provider }
  const parameters = usableParameters(instance, query)
  const forwarded = usableForwarded(instance, query)
  return { ...forwarded, ...fieldsOf({ ...target, loginHint, ...others, parameters, returnTo }) }
}

/** Reads the path to return to. The last place of a link counts, as when the sign-in begins. */
function returnToIn(
  addresses: Addresses,
  req: IncomingMessage,
  query: URLSearchParams,
): string | undefined {
  const [returnTo, ...more] = query.getAll('return_to')
  if (returnTo) return more.length === 0 ? addresses.safeReturnTo(req, returnTo) : undefined
  return addresses.safeReturnToUrl(req, query.get('target_link_uri'))
}

/**
 * Whether the link, on a page of this site, would replace a session that a link on another site
 * cannot replace without asking the user.
 */
function wouldReplaceUnasked(instance: Instance, req: IncomingMessage): boolean {
  return !isOfThisSite(req, instance) && instance.sessions.holderOf(req) !== undefined
}

const wrongTargets = ['target_unknown', 'ambiguous_target']

function isWrongTarget(error: unknown): boolean {
  return error instanceof ScalekitError && wrongTargets.includes(error.code)
}

function usableParameters(
  instance: Pick<Instance, 'parameterSeal'>,
  query: URLSearchParams,
): LoginQuery['parameters'] {
  const [sealed, ...more] = query.getAll('parameters')
  if (!sealed || more.length > 0) return undefined
  return isFailing(() => openParameters(instance, sealed)) ? undefined : sealed
}

function usableForwarded(
  { config }: Pick<Instance, 'config'>,
  query: URLSearchParams,
): FurtherParameters | undefined {
  try {
    return forwardedParameters(query, config.login.forward)
  } catch {
    return undefined
  }
}

function isFailing(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch {
    return true
  }
}
