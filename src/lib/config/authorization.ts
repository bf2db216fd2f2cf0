import type { AuthorizationResolve } from '../auth/resolve.ts'
import { optionalFunction, positive } from '../ground/fields.ts'
import type { Read } from './group.ts'

/** How each option of `authorization` is read. */
export const authorizationReaders = {
  resolve: (value: unknown): AuthorizationResolve | undefined => optionalFunction(value),
  maxAgeSeconds: (value: unknown = 300): number => positive(value),
  outageGraceSeconds: (value: unknown = 3600): number => positive(value),
}

/** `authorization` as it was read. */
export type AuthorizationConfig = Read<typeof authorizationReaders>
