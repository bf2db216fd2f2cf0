import type { State } from '../state/state.ts'
import type { Organization } from '../world/organizations.ts'
import { policyFrom, type SessionPolicy, timeUnits } from '../world/session-policy.ts'
import { organizationId } from './fields.ts'
import { organizationWith } from './find.ts'
import { type Operation, operation } from './operation.ts'
import { RestError } from './rest-error.ts'
import { integer, nameOf, optional, type Values, yesOrNo } from './rules.ts'

const path = '/organizations/{organization_id}/session-policy'

const wholeNumber = integer({ from: 1, to: 2 ** 31 - 1, ifAbsent: 1 })

/** Absent fields are left unchanged. */
const policyFields = {
  policy_source: nameOf(['APPLICATION', 'CUSTOM']),
  absolute_session_timeout: optional(wholeNumber),
  absolute_session_timeout_unit: optional(nameOf(timeUnits)),
  idle_session_timeout_enabled: optional(yesOrNo),
  idle_session_timeout: optional(wholeNumber),
  idle_session_timeout_unit: optional(nameOf(timeUnits)),
}

export const sessionPolicyOperations: readonly Operation[] = [
  operation('GET', path, {
    request: { organization_id: organizationId },
    respond: (state, { organization_id }) =>
      policyMessage(state, organizationWith(state, organization_id)),
  }),
  operation('PATCH', path, {
    request: { organization_id: organizationId, ...policyFields },
    body: '*',
    respond(state, { organization_id, ...changes }) {
      const organization = organizationWith(state, organization_id)
      assertFeature(organization)
      if (changes.policy_source === 'APPLICATION') delete organization.sessionPolicy
      else organization.sessionPolicy = changed(policyOf(state, organization), changes)
      return policyMessage(state, organization)
    },
  }),
]

function assertFeature({ features }: Organization): void {
  if (features.some(({ name, enabled }) => name === 'session_policy' && enabled)) return
  throw new RestError(
    'FAILED_PRECONDITION',
    'The feature session_policy is not enabled for this organization: enable it by PATCH /organizations/{id}/settings',
  )
}

function policyOf({ settings }: State, { sessionPolicy }: Organization): SessionPolicy {
  return sessionPolicy ?? policyFrom(settings.session)
}

function changed(
  { absolute, idle, isIdleEnabled }: SessionPolicy,
  changes: Values<typeof policyFields>,
): SessionPolicy {
  return {
    absolute: {
      count: changes.absolute_session_timeout ?? absolute.count,
      unit: changes.absolute_session_timeout_unit ?? absolute.unit,
    },
    idle: {
      count: changes.idle_session_timeout ?? idle.count,
      unit: changes.idle_session_timeout_unit ?? idle.unit,
    },
    isIdleEnabled: changes.idle_session_timeout_enabled ?? isIdleEnabled,
  }
}

function policyMessage(state: State, organization: Organization) {
  const { absolute, idle, isIdleEnabled } = policyOf(state, organization)
  return {
    policy: {
      policy_source: organization.sessionPolicy ? 'CUSTOM' : 'APPLICATION',
      absolute_session_timeout: absolute.count,
      absolute_session_timeout_unit: absolute.unit,
      idle_session_timeout_enabled: isIdleEnabled,
      idle_session_timeout: idle.count,
      idle_session_timeout_unit: idle.unit,
    },
  }
}
