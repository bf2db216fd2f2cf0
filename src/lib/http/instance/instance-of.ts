import { ConfigError } from '../../ground/errors.ts'
import type { Instance } from './instance.ts'

/** The instance of each `scalekitAuth()`. No other path leads from one to the other. */
const instances = new WeakMap<object, Instance>()

/** Records the instance of a `scalekitAuth()`. */
export function rememberInstance(auth: object, instance: Instance): void {
  instances.set(auth, instance)
}

/**
 * @throws {@link ConfigError} `test_sign_in_invalid` for a value that `scalekitAuth()` did not
 *   return
 */
export function instanceOf(auth: unknown): Instance {
  const instance = isReference(auth) ? instances.get(auth) : undefined
  if (instance) return instance
  throw new ConfigError(
    'test_sign_in_invalid',
    'The first argument of signIn() is not what scalekitAuth() of this copy of express-scalekit returned',
    {
      hint: 'Pass what scalekitAuth() returned. If it is that, the application and the test load two copies of express-scalekit, such as a bundled one and the one in node_modules: let both import it.',
    },
  )
}

function isReference(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
