import type { AuthorizationResolve } from '../auth/resolve.ts'
import { optionalFunction, positive } from '../ground/fields.ts'
import type { Read } from './group.ts'

/** The reader of each option of `authorization`. */
export const authorizationReaders = {
  resolve: (value: unknown): AuthorizationResolve | undefined => optionalFunction(value),
  maxAgeSeconds: (value: unknown = 300): number => positive(value),
  outageGraceSeconds: (value: unknown = 3600): number => positive(value),
}

/** The options of `authorization`, read. */
export type AuthorizationConfig = Read<typeof authorizationReaders>
