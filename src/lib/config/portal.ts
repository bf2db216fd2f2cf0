import { assertEncrypted } from '../ground/environment-url.ts'
import { type Field, originUrl, path, texts, trueOrFalse } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type Env, isProduction } from './fields.ts'
import { type PortalFeature, portalFeatures, type ScalekitAuthOptions } from './options.ts'

/** Who may open the admin portal, and how it opens. */
export interface PortalRules {
  /** At least one of these; empty where only permissions are asked for. */
  readonly roles: readonly string[]
  /** All of these. */
  readonly permissions: readonly string[]
  /** What can be set up there; empty for whatever the organization has enabled. */
  readonly features: readonly PortalFeature[]
  /** Whether the portal opens inside a page of ours. */
  readonly isEmbedded: boolean
  /** Where that page leads back to. */
  readonly returnTo: string
  /** Where links to the portal lead, where that is not the environment. */
  readonly origin: string | undefined
}

/** One entry an option, under the name its problems are reported by. */
export interface PortalFields {
  'portal.role': readonly string[]
  'portal.permission': readonly string[]
  'portal.features': readonly PortalFeature[]
  'portal.embed': boolean
  'portal.returnTo': string
  'portal.origin': URL | undefined
}

export function portalFields(
  { portal }: ScalekitAuthOptions,
  env: Env,
): { readonly [Name in keyof PortalFields]: Field<PortalFields[Name]> } {
  const given = portal ?? {}
  return {
    'portal.role': () => {
      const isSaid = given.role !== undefined || given.permission !== undefined
      // Anything but an object is reported as a whole.
      if (isObject(portal) && !isSaid) {
        throw new Error('is missing: name the role or the permission that opens the admin portal')
      }
      return names(given.role)
    },
    'portal.permission': () => names(given.permission),
    'portal.features': () => texts(given.features ?? [], portalFeatures) as PortalFeature[],
    'portal.embed': () => trueOrFalse(given.embed ?? false),
    'portal.returnTo': () => startOr(given.returnTo ?? '/'),
    'portal.origin': () => {
      if (given.origin === undefined) return undefined
      const url = originUrl(given.origin)
      assertEncrypted(url, !isProduction(env))
      return url
    },
  }
}

/** `undefined` where nobody may open it. */
export function portalRules(fields: PortalFields): PortalRules | undefined {
  const roles = fields['portal.role']
  const permissions = fields['portal.permission']
  if (roles.length === 0 && permissions.length === 0) return undefined
  return {
    roles,
    permissions,
    features: fields['portal.features'],
    isEmbedded: fields['portal.embed'],
    returnTo: fields['portal.returnTo'],
    origin: fields['portal.origin']?.origin,
  }
}

function names(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return []
  const list = texts([given].flat())
  // An empty list would let everybody in, or nobody, and neither could be meant.
  if (list.length === 0) throw new Error('must name at least one')
  return list
}

function startOr(value: unknown): string {
  return value === '/' ? value : path(value)
}
