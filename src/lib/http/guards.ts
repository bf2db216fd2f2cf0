import type { IncomingMessage } from 'node:http'
import { ConfigError } from '../errors.ts'
import type { Instance } from './context.ts'
import { type GuardOptions, guard } from './guard.ts'
import type { Middleware } from './middleware.ts'
import { type OrganizationSelector, selectOrganization } from './organization-selector.ts'
import { refusals } from './refusals.ts'

/** The guards, working with one instance or with the one mounted last. */
export interface Guards {
  /** Lets through whoever is signed in. */
  requireAuth(options?: GuardOptions): Middleware
  /**
   * Lets through whoever is signed in to the selected organization, and nobody else: not members
   * of it who are signed in to another, and nobody when no organization was selected.
   *
   * @example app.get('/o/:org', requireOrganization({ param: 'org' }), show)
   */
  requireOrganization<Req extends IncomingMessage = IncomingMessage>(
    select: OrganizationSelector<Req>,
    options?: GuardOptions,
  ): Middleware
  /**
   * Lets through whoever has at least one of the roles, in the current organization.
   *
   * @throws {@link ConfigError} for an empty list, which nobody could mean
   */
  requireRole(role: string | readonly string[], options?: GuardOptions): Middleware
}

/** @param instance Its own guards; without it, the free ones. */
export function guards(instance?: Instance): Guards {
  return {
    requireAuth: (options) =>
      guard(instance, options, function requireAuth() {
        return undefined
      }),
    requireOrganization: <Req extends IncomingMessage>(
      select: OrganizationSelector<Req>,
      options?: GuardOptions,
    ) =>
      guard(instance, options, function requireOrganization(principal, req) {
        // The framework that calls this guard is the one whose request type `select` names.
        const selected = selectOrganization(select, req as Req)
        if (selected === undefined) return refusals.organizationRequired
        return principal.organizationId === selected
          ? undefined
          : refusals.wrongOrganization(selected)
      }),
    requireRole: (role, options) => {
      const roles = namesOf(role)
      return guard(instance, options, function requireRole(principal) {
        return roles.some((name) => principal.roles.includes(name))
          ? undefined
          : refusals.roleRequired
      })
    },
  }
}

function namesOf(role: string | readonly string[]): readonly string[] {
  const roles = [role].flat()
  const isUsable =
    roles.length > 0 && roles.every((name) => typeof name === 'string' && name !== '')
  if (!isUsable) throw new ConfigError(['requireRole() needs the name of at least one role'])
  return roles
}
