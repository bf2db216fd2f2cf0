import type { AccessPredicate } from '../auth/predicate.ts'
import { assertEncrypted, type EmulatorRules } from '../ground/environment-url.ts'
import { optionalFunction, originUrl, path, strings, trueOrFalse } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type Read, type RootScope, readGroup, type Scope } from './group.ts'
import { type PortalFeature, type PortalOptions, portalFeatures } from './options.ts'

/** How each option of `portal` is read. */
export const portalReaders = {
  /** At least one of these; empty where only permissions are asked for. */
  role: (value: unknown, { group }: Scope<PortalOptions>): readonly string[] => {
    const isLimited = group.permission !== undefined || group.allow !== undefined
    if (value === undefined && !isLimited) {
      throw new Error(
        'is missing: name the role that may open the admin portal, or set `portal.permission` or `portal.allow`',
      )
    }
    return names(value)
  },
  /** All of these. */
  permission: (value: unknown): readonly string[] => names(value),
  /** Beside the others. */
  allow: (value: unknown): AccessPredicate | undefined => optionalFunction(value),
  /** What can be set up there; empty for whatever the organization has enabled. */
  features: (value: unknown = []): readonly PortalFeature[] => strings(value, portalFeatures),
  embed: (value: unknown = false): boolean => trueOrFalse(value),
  returnTo: (value: unknown = '/'): string => (value === '/' ? value : path(value)),
  origin: (value: unknown, { emulator }: Scope<PortalOptions>): string | undefined =>
    value === undefined ? undefined : portalOrigin(value, emulator),
}

/** `portal` as it was read. */
export type PortalConfig = Read<typeof portalReaders>

/** Who may open the admin portal, and how it opens; `undefined` where it is not served. */
export function readPortal(value: unknown, scope: RootScope): PortalConfig | undefined {
  if (value === undefined) return undefined
  if (isObject(value)) return readGroup('portal', value, portalReaders, scope)
  throw new Error("must be an object with a role or a permission, such as { role: 'admin' }")
}

function names(given: unknown): readonly string[] {
  if (given === undefined) return []
  const list = strings([given].flat())
  // An empty array would let all pass, or none, and neither could be meant.
  if (list.length === 0) throw new Error('is an empty array: name at least one')
  return list
}

function portalOrigin(value: unknown, emulator: EmulatorRules): string {
  const url = originUrl(value)
  assertEncrypted(url, emulator)
  return url.origin
}
