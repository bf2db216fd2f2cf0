import { LoginError } from '../../ground/errors.ts'
import { areSendable, mayBeForwarded } from '../../oidc/own-parameters.ts'
import type { Instance } from '../instance/instance.ts'
import { singleParameter } from '../request/single-parameter.ts'

/** Parameters of an authorization request that have no meaning to the kit, by their wire names. */
export type FurtherParameters = Readonly<Record<string, string>>

/** The label to which the seal of an application's parameters is bound. */
const sealLabel = 'parameters'

/**
 * Seals the application's parameters for a form or a URL that leads back to `/login`. A link that
 * names them unsealed is ignored.
 */
export function sealParameters(
  { parameterSeal }: Pick<Instance, 'parameterSeal'>,
  parameters: FurtherParameters | undefined,
): string | undefined {
  return parameters && parameterSeal.seal(JSON.stringify(parameters), sealLabel)
}

/** @throws {@link LoginError} `parameter_invalid` for a value that the kit did not seal */
export function openParameters(
  { parameterSeal }: Pick<Instance, 'parameterSeal'>,
  sealed: string | undefined,
): FurtherParameters | undefined {
  if (sealed === undefined) return undefined
  const text = parameterSeal.open(sealed, sealLabel)
  if (text === undefined) throw new LoginError('parameter_invalid', 'parameters is malformed')
  return JSON.parse(text) as FurtherParameters
}

/**
 * Returns the parameters of a request to `/login` that `login.forward` sends on to Scalekit.
 *
 * @throws {@link LoginError} `parameter_invalid`
 */
export function forwardedParameters(
  query: URLSearchParams,
  forward: true | readonly string[],
): FurtherParameters | undefined {
  const isNamed = (name: string) => forward === true || forward.includes(name)
  const names = [...query.keys()].filter((name) => mayBeForwarded(name) && isNamed(name))
  const found = [...new Set(names)].map((name) => [name, singleParameter(query, name, repeated)])
  const parameters = Object.fromEntries(found.filter(([, value]) => value !== ''))
  if (!areSendable(parameters)) {
    throw new LoginError('parameter_invalid', 'A parameter to forward is malformed')
  }
  return Object.keys(parameters).length === 0 ? undefined : parameters
}

function repeated(name: string): LoginError {
  return new LoginError('parameter_invalid', `${name} appears more than once`)
}
