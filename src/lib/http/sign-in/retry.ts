import { LoginError } from '../../ground/errors.ts'
import type { LoginRequest } from '../../ground/types.ts'
import type { AskedFor, Transaction } from '../../oidc/transaction.ts'
import type { Instance } from '../instance/instance.ts'
import { type FurtherParameters, sealParameters } from './further-parameters.ts'
import { fieldsOf } from './login-target.ts'

/**
 * Collects what only a retry of a sign-in needs.
 *
 * @returns `undefined` if the request has none of it, as most requests
 */
export function askedForBy(
  { acrValues, parameters }: LoginRequest,
  forwarded: FurtherParameters | undefined,
): AskedFor | undefined {
  if (acrValues === undefined && !parameters && !forwarded) return undefined
  return {
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(parameters ? { parameters } : {}),
    ...(forwarded ? { forwarded } : {}),
  }
}

/** Returns the query of `/login` that begins a failed sign-in again. */
export function retryQuery(
  instance: Pick<Instance, 'parameterSeal'>,
  { pins, returnTo, uiLocales, mayStayAnonymous, asked = {} }: Transaction,
  error: unknown,
): Record<string, string> {
  const { connectionId, externalOrganizationId: organizationId = pins.organizationId } = pins
  const { acrValues, parameters, forwarded } = asked
  const named = fieldsOf({
    connectionId,
    organizationId,
    ...promptOf(mayStayAnonymous, error),
    returnTo,
    uiLocales,
    acrValues,
    parameters: sealParameters(instance, parameters),
  })
  return { ...forwarded, ...named }
}

function promptOf(
  mayStayAnonymous: true | undefined,
  error: unknown,
): Pick<LoginRequest, 'prompt' | 'allowAnonymous'> {
  // Without it, Scalekit would answer from the same old session again.
  if (error instanceof LoginError && error.code === 'login_too_old') return { prompt: 'login' }
  return mayStayAnonymous ? { prompt: 'none', allowAnonymous: true } : {}
}
