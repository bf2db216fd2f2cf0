import type { Clock } from '../../ground/clock.ts'
import { endSession } from '../oauth/session-ends.ts'
import type { PendingFault } from '../state/faults.ts'
import type { Session, State } from '../state/state.ts'
import type { EmulatedDelivery, EmulatedSubscription } from '../webhooks/delivery.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import type { OrganizationSeed, PersonSeed } from '../world/seed.ts'
import type { Settings } from '../world/settings.ts'
import { ControlError, found } from './control-error.ts'
import {
  addOrganization,
  type OrganizationChanges,
  removeOrganization,
  updateOrganization,
} from './organizations.ts'
import {
  addPerson,
  type EmulatedMember,
  type MemberChanges,
  members,
  removePerson,
  updatePerson,
} from './people.ts'
import {
  type EmulatorState,
  forgetSignIns,
  replaceOrganizations,
  restoreState,
  type SavedState,
  saveState,
} from './saved-state.ts'
import { type FinishedSignIn, type HostedSignInOptions, signInAs } from './sign-in.ts'
import { readState } from './state-kind.ts'

/**
 * Controls a running emulator from a test or a script. The HTTP API below `/emulator/` offers the
 * same. Methods throw an Error whose `code` is `not_found`, `conflict` or `invalid_request`.
 */
export interface EmulatorControls {
  /** The emulator's time, in milliseconds since the epoch. */
  now(): number
  /** Clears {@link Emulator.requests}. */
  clearRequests(): void
  /** The pending faults. */
  readonly faults: readonly PendingFault[]
  /** Removes every fault. */
  clearFaults(): void
  /** The current subscriptions. */
  readonly subscriptions: readonly EmulatedSubscription[]
  /**
   * Sends finished deliveries again, with the same `webhook-id`.
   *
   * @param id The `webhook-id`: `msg_` and digits.
   * @returns the deliveries, once the endpoint has responded or the attempt has timed out
   */
  redeliver(id: string): Promise<readonly EmulatedDelivery[]>
  /** All people of all organizations, or of one, given by its id or external id. */
  people(organization?: string): readonly EmulatedMember[]
  /** Adds a person to an organization, and to its directory if it has one. */
  addPerson(organization: string, person: PersonSeed): EmulatedMember
  /**
   * Changes a person, found by email address or id, in all their organizations or in one.
   * `{ active: false }` deactivates the person. A change of roles or permissions is sent as
   * `user.organization_membership_updated`, or in Modular SSO as
   * `organization.directory.user_updated`.
   */
  updatePerson(
    who: string,
    changes: MemberChanges,
    organization?: string,
  ): readonly EmulatedMember[]
  /**
   * Removes a person from all their organizations or from one, and from the directory there.
   *
   * @param who The email address or `usr_…`.
   * @param organization The id or external id of an organization. Default: all organizations.
   */
  removePerson(who: string, organization?: string): void
  /** Adds an organization. Subscribers receive `organization.created`. */
  addOrganization(organization: OrganizationSeed): EmulatedOrganization
  /** Changes an organization, given by its id or external id. */
  updateOrganization(organization: string, changes: OrganizationChanges): EmulatedOrganization
  /** Removes an organization, and ends its sessions. */
  removeOrganization(organization: string): void
  /** All sessions, oldest first. */
  readonly sessions: readonly EmulatedSession[]
  /** Ends a session, as an administrator would. */
  endSession(id: string): void
  /**
   * Signs a person in as the hosted pages do, without the pages.
   *
   * @returns where the browser is redirected, with a code or an error
   */
  signIn(email: string, options?: HostedSignInOptions): Promise<FinishedSignIn>
  /**
   * Restores the organizations, people, subscriptions and clock of the seed. Sessions, tokens,
   * faults, requests and deliveries are cleared. The signing keys are kept.
   */
  reset(): void
  /**
   * Exports the state that {@link importState} needs to continue from here, as JSON. It contains
   * private keys.
   */
  exportState(): Promise<EmulatorState>
  /** Replaces the emulator's state, including its keys. */
  importState(state: EmulatorState): void
}

/** A person's session at the emulator. */
export interface EmulatedSession {
  /** `ses_` and digits. */
  readonly id: string
  readonly email: string
  readonly userId: string
  /** Absent if the person did not sign in to an organization. */
  readonly organizationId?: string
  readonly connectionId: string
  /** In milliseconds since the epoch, by the emulator's clock. */
  readonly startedAt: number
  readonly isOver: boolean
}

/** A clock that can be advanced. */
export interface AdjustableClock {
  readonly now: Clock
  readonly advancedSeconds: () => number
  readonly advance: (seconds: number) => void
}

export interface ControlParts {
  readonly clock: AdjustableClock
  /** All requests received so far. It is cleared in place. */
  readonly requests: unknown[]
  /** Creates the settings of the seed again. */
  readonly freshSettings: () => Settings
}

export function createControls(state: State, parts: ControlParts): EmulatorControls {
  const { clock, requests, freshSettings } = parts
  const { faults, webhooks } = state
  const setClock = (seconds: number) => clock.advance(seconds - clock.advancedSeconds())
  return {
    now: clock.now,
    clearRequests: () => void requests.splice(0),
    get faults() {
      return faults.list()
    },
    clearFaults: faults.clear,
    get subscriptions() {
      return webhooks.subscriptions()
    },
    redeliver: (id) => redeliver(state, id),
    people: (organization) => members(state, organization),
    addPerson: (organization, person) => addPerson(state, organization, person),
    updatePerson: (who, changes, organization) => updatePerson(state, who, changes, organization),
    removePerson: (who, organization) => removePerson(state, who, organization),
    addOrganization: (organization) => addOrganization(state, organization),
    updateOrganization: (id, changes) => updateOrganization(state, id, changes),
    removeOrganization: (id) => removeOrganization(state, id),
    get sessions() {
      return [...state.sessions.values()].map(emulatedSession)
    },
    endSession: (id) => {
      const session = found(state.sessions.get(id), `session ${id}`)
      endSession(state, session, { status: 'revoked', at: clock.now() })
    },
    signIn: (email, options) => signInAs(state, email, options),
    reset() {
      const seeded = freshSettings()
      setClock(0)
      replaceOrganizations(state, seeded.organizations)
      forgetSignIns(state)
      state.times.restore()
      faults.clear()
      requests.splice(0)
      webhooks.restart(seeded.webhooks)
    },
    exportState: () => saveState(state, clock.advancedSeconds()),
    importState(given) {
      const saved = readable(given)
      restoreState(state, saved)
      setClock(saved.advancedSeconds)
    },
  }
}

async function redeliver({ webhooks }: State, id: string): Promise<readonly EmulatedDelivery[]> {
  const deliveries = webhooks.deliveries.filter((delivery) => delivery.id === id)
  if (deliveries.length === 0) throw new ControlError('not_found', `There is no delivery ${id}`)
  if (deliveries.some(({ state }) => state === 'waiting')) {
    throw new ControlError('conflict', `Delivery ${id} is still on its way`)
  }
  for (const delivery of deliveries) webhooks.redeliver(delivery)
  await webhooks.settled()
  return deliveries
}

function readable(given: EmulatorState): SavedState {
  try {
    return readState(given)
  } catch (error) {
    throw new ControlError('invalid_request', (error as Error).message)
  }
}

function emulatedSession(session: Session): EmulatedSession {
  const { id, person, organization, connection, startedAt, ended } = session
  return {
    id,
    email: person.email,
    userId: person.id,
    ...(organization && { organizationId: organization.id }),
    connectionId: connection.id,
    startedAt,
    isOver: ended !== undefined,
  }
}
