import type { AccessPredicate } from '../auth/predicate.ts'
import { assertEncrypted, type EmulatorRules } from '../ground/environment-url.ts'
import { optionalFunction, originUrl, path, strings, trueOrFalse } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type Read, type RootScope, readGroup, type Scope } from './group.ts'
import { type PortalFeature, type PortalOptions, portalFeatures } from './options.ts'

/** The reader of each option of `portal`. */
export const portalReaders = {
  /** The user needs at least one of these. Empty if no role is required. */
  role: (value: unknown, { group }: Scope<PortalOptions>): readonly string[] => {
    const isLimited = group.permission !== undefined || group.allow !== undefined
    if (value === undefined && !isLimited) {
      throw new Error(
        'is missing: name the role that may open the admin portal, or set `portal.permission` or `portal.allow`',
      )
    }
    return names(value)
  },
  /** The user needs all of these. */
  permission: (value: unknown): readonly string[] => names(value),
  /** Applies in addition to `role` and `permission`. */
  allow: (value: unknown): AccessPredicate | undefined => optionalFunction(value),
  /** The features that can be set up. Empty for those that the organization has enabled. */
  features: (value: unknown = []): readonly PortalFeature[] => strings(value, portalFeatures),
  embed: (value: unknown = false): boolean => trueOrFalse(value),
  returnTo: (value: unknown = '/'): string => (value === '/' ? value : path(value)),
  origin: (value: unknown, { emulator }: Scope<PortalOptions>): string | undefined =>
    value === undefined ? undefined : portalOrigin(value, emulator),
}

/** The options of `portal`, read. */
export type PortalConfig = Read<typeof portalReaders>

/** Reads `portal`. `undefined` if the portal is not served. */
export function readPortal(value: unknown, scope: RootScope): PortalConfig | undefined {
  if (value === undefined) return undefined
  if (isObject(value)) return readGroup('portal', value, portalReaders, scope)
  throw new Error("must be an object with a role or a permission, such as { role: 'admin' }")
}

function names(given: unknown): readonly string[] {
  if (given === undefined) return []
  const list = strings([given].flat())
  // An empty array could mean all users or no user. Neither can be intended.
  if (list.length === 0) throw new Error('is an empty array: name at least one')
  return list
}

function portalOrigin(value: unknown, emulator: EmulatorRules): string {
  const url = originUrl(value)
  assertEncrypted(url, emulator)
  return url.origin
}
