import { oneOf, positive } from '../ground/fields.ts'
import type { OnFailure } from '../webhooks/intercept.ts'
import {
  type InterceptorHandlers,
  interceptorHandlerNames,
} from '../webhooks/interceptor-handlers.ts'
import { interceptorScheme } from '../webhooks/scheme.ts'
import { type Read, type RootScope, readGroup, type Scope } from './group.ts'
import { hasHandler, readHandlers } from './handlers.ts'
import type { InterceptorOptions } from './options.ts'
import { type SigningKeys, signingKeys } from './signing-secret.ts'

type InterceptorScope = Scope<InterceptorOptions>

/** The reader of each option of `interceptors` except handlers. */
export const interceptorReaders = {
  secret: (value: unknown, { env, emulator, group }: InterceptorScope): SigningKeys =>
    signingKeys(value, 'SCALEKIT_INTERCEPTOR_SECRET', {
      scheme: interceptorScheme,
      isNeeded: hasHandler(group, interceptorHandlerNames),
      env,
      emulator,
    }),
  onFailure: (value: unknown, { group }: InterceptorScope): OnFailure => onFailure(value, group),
  toleranceSeconds: (value: unknown = 300): number => positive(value),
  maxBytes: (value: unknown = 1_048_576): number => positive(value),
  timeoutSeconds: (value: unknown = 2.5): number => positive(value),
}

/** The options of `interceptors`, read. */
export type InterceptorConfig = Read<typeof interceptorReaders> & {
  readonly handlers: InterceptorHandlers
}

export function readInterceptors(value: unknown, scope: RootScope): InterceptorConfig {
  const names = interceptorHandlerNames
  const options = readGroup('interceptors', value, interceptorReaders, scope, names)
  return { ...options, handlers: readHandlers('interceptors', value, names, scope.report) }
}

/**
 * Requires a choice if there are handlers. Both `allow` and `deny` are sensible, so there is no
 * default.
 */
function onFailure(value: unknown, group: object): OnFailure {
  if (value !== undefined) return oneOf(value, ['deny', 'allow'])
  if (!hasHandler(group, interceptorHandlerNames)) return 'deny'
  throw new Error(
    'is missing: write "deny" or "allow", the decision when a handler throws or times out',
  )
}
