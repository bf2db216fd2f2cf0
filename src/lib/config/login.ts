import type { OnLogin } from '../auth/on-login.ts'
import { oneOf, optionalFunction, strings, wholeSeconds } from '../ground/fields.ts'
import { socialProviders } from '../ground/social-providers.ts'
import { mayBeForwarded } from '../oidc/own-parameters.ts'
import type { Read } from './group.ts'
import type { ResolveLogin } from './options.ts'

/** The reader of each option of `login`. */
export const loginReaders = {
  resolve: (value: unknown): ResolveLogin | undefined => optionalFunction(value),
  fallback: (value: unknown = 'email'): 'email' | 'hosted' => oneOf(value, ['email', 'hosted']),
  providers: (value: unknown = []): readonly string[] =>
    strings(value, [...socialProviders.keys()]),
  forward: (value: unknown = []): true | readonly string[] => forwarded(value),
  maxAgeSeconds: (value: unknown): number | undefined =>
    value === undefined ? undefined : wholeSeconds(value),
  onLogin: (value: unknown): OnLogin | undefined => optionalFunction(value),
}

/**
 * Refuses parameters that the kit sends itself or that a protocol defines: a link must not set
 * them.
 */
function forwarded(value: unknown): true | readonly string[] {
  if (value === true) return true
  const names = strings(value)
  const refused = names.find((name) => !mayBeForwarded(name))
  if (refused === undefined) return names
  throw new Error(
    `must not contain ${JSON.stringify(refused)}: only parameters that neither the protocol nor the kit uses can be forwarded`,
  )
}

/** The options of `login`, read. */
export type LoginConfig = Read<typeof loginReaders>
