import { ConfigError } from '../../ground/errors.ts'

/**
 * A factory mounted in place of what it makes gets each request, and leaves it without an answer.
 *
 * @param given What the factory got first.
 * @throws {@link ConfigError} where that is a request
 */
export function assertCalled(name: string, given: object): void {
  if ('headers' in given && 'method' in given) {
    throw new ConfigError([`${name} was mounted without being called: write ${name}()`])
  }
}
