import type { OnLogin } from '../auth/on-login.ts'
import { oneOf, optionalFunction, strings, wholeSeconds } from '../ground/fields.ts'
import { socialProviders } from '../ground/social-providers.ts'
import type { Read } from './group.ts'
import type { ResolveLogin } from './options.ts'

/** How each option of `login` is read. */
export const loginReaders = {
  resolve: (value: unknown): ResolveLogin | undefined => optionalFunction(value),
  fallback: (value: unknown = 'email'): 'email' | 'hosted' => oneOf(value, ['email', 'hosted']),
  providers: (value: unknown = []): readonly string[] =>
    strings(value, [...socialProviders.keys()]),
  maxAgeSeconds: (value: unknown): number | undefined =>
    value === undefined ? undefined : wholeSeconds(value),
  onLogin: (value: unknown): OnLogin | undefined => optionalFunction(value),
}

/** `login` as it was read. */
export type LoginConfig = Read<typeof loginReaders>
