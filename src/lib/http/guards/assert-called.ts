import { ConfigError } from '../../ground/errors.ts'

/**
 * Detects a factory that was mounted without being called, as in `app.use(requireAuth)`. It would
 * receive each request and never respond.
 *
 * @param given The first argument of the factory.
 * @throws {@link ConfigError} if that is a request
 */
export function assertCalled(name: string, given: object): void {
  if ('headers' in given && 'method' in given) {
    throw new ConfigError([`${name} was mounted without being called: write ${name}()`])
  }
}
