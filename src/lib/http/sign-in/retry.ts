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
  { acrValues, prompt, provider, parameters }: LoginRequest,
  forwarded: FurtherParameters | undefined,
): AskedFor | undefined {
  const asked = {
    ...(acrValues === undefined ? {} : { acrValues }),
    ...(prompt === undefined || keptElsewhere.includes(prompt) ? {} : { prompt }),
    ...(provider === undefined ? {} : { provider }),
    ...(parameters ? { parameters } : {}),
    ...(forwarded ? { forwarded } : {}),
  }
  return Object.keys(asked).length === 0 ? undefined : asked
}

/** Prompts for which a transaction has a member of its own. */
const keptElsewhere = ['login', 'none']

/**
 * Returns the query of `/login` that begins a failed sign-in again. It lacks the `login_hint`, which
 * would take room in the cookies of all sign-ins in progress.
 */
export function retryQuery(
  instance: Pick<Instance, 'parameterSeal'>,
  transaction: Transaction,
  error: unknown,
): Record<string, string> {
  const { pins, returnTo, uiLocales, asked = {} } = transaction
  const { connectionId, externalOrganizationId: organizationId = pins.organizationId } = pins
  const { acrValues, provider, parameters, forwarded } = asked
  const named = fieldsOf({
    connectionId,
    organizationId,
    provider,
    ...promptOf(transaction, error),
    returnTo,
    uiLocales,
    acrValues,
    parameters: sealParameters(instance, parameters),
  })
  return { ...forwarded, ...named }
}

function promptOf(
  { mayStayAnonymous, isFreshLogin, asked }: Transaction,
  error: unknown,
): Pick<LoginRequest, 'prompt' | 'allowAnonymous'> {
  // Without it, Scalekit would answer from the same old session again.
  if (error instanceof LoginError && error.code === 'login_too_old') return { prompt: 'login' }
  if (mayStayAnonymous) return { prompt: 'none', allowAnonymous: true }
  if (asked?.prompt !== undefined) return { prompt: asked.prompt }
  return isFreshLogin ? { prompt: 'login' } : {}
}
