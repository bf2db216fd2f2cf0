import type { SavedKey } from '../state/keys.ts'
import type { AccessToken, Grant, RefreshToken, Session, State } from '../state/state.ts'
import type { SavedTimes } from '../state/times.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import type { ClientSecret, OrganizationClient } from '../world/organization-clients.ts'
import type { EmulatedOrganization, Organization } from '../world/organizations.ts'

/** The complete state of an emulator, as JSON. It contains private keys and tokens. */
export interface EmulatorState {
  readonly version: 1
  readonly organizations: readonly EmulatedOrganization[]
}

/** A state with its parts. */
export interface SavedState extends EmulatorState {
  readonly times: SavedTimes
  /** The number of seconds by which the clock was advanced. */
  readonly advancedSeconds: number
  readonly keys: readonly SavedKey[]
  readonly sessions: readonly SavedSession[]
  readonly grants: readonly SavedGrant[]
  readonly accessTokens: Readonly<Record<string, SavedToken>>
  readonly refreshTokens: Readonly<Record<string, SavedToken>>
  /** When each of the application's own tokens expires, in milliseconds. */
  readonly clientTokens: Readonly<Record<string, number>>
  readonly subscriptions: readonly Subscription[]
  readonly organizationClients: readonly SavedClient[]
}

/** A client whose secrets are hashed, with the hashes in base64. */
export interface SavedClient extends Omit<OrganizationClient, 'secrets'> {
  readonly secrets: readonly (Omit<ClientSecret, 'hash'> & { readonly hash: string })[]
}

/** A session that refers to its organization by id. */
export interface SavedSession extends Omit<Session, 'organization'> {
  readonly organizationId?: string
}

/** A grant of tokens that refers to its session by id. */
export interface SavedGrant extends Omit<Grant, 'session'> {
  readonly sessionId: string
}

/** A token that refers to its grant by index. */
export interface SavedToken {
  readonly grant: number
  readonly [member: string]: unknown
}

export async function saveState(state: State, advancedSeconds: number): Promise<SavedState> {
  // A response in progress belongs to the state, and so do its effects.
  await Promise.allSettled([...state.refreshTokens.values()].map(({ used }) => used?.answer))
  const tokens = [...state.accessTokens.values(), ...state.refreshTokens.values()]
  const grants = [...new Set(tokens.map(({ grant }) => grant))]
  const keys = await state.keys.save()
  // A copy, which later changes do not affect.
  return structuredClone({
    version: 1,
    organizations: state.settings.organizations,
    times: state.times.save(),
    advancedSeconds,
    keys,
    sessions: [...state.sessions.values()].map(savedSession),
    grants: grants.map(({ session, ...grant }) => ({ ...grant, sessionId: session.id })),
    accessTokens: await savedTokens(state.accessTokens, grants),
    refreshTokens: await savedTokens(state.refreshTokens, grants),
    organizationClients: [...state.organizationClients.values()].map(savedClient),
    clientTokens: Object.fromEntries(state.clientTokens),
    subscriptions: state.webhooks.subscriptions(),
  })
}

/** Replaces the emulator's state. Sign-ins in progress are dropped. */
export function restoreState(state: State, saved: SavedState): void {
  const copy = structuredClone(saved)
  // First, because an invalid state fails here.
  state.keys.restore(copy.keys)
  replaceOrganizations(state, copy.organizations.map(relinked))
  forgetSignIns(state)
  state.times.restore(copy.times)
  const sessions = copy.sessions.map((session) => restoredSession(state, session))
  for (const session of sessions) state.sessions.set(session.id, session)
  const grants = copy.grants.map(({ sessionId, ...grant }) => ({
    ...grant,
    session: state.sessions.get(sessionId)!,
  }))
  restoreTokens(state.accessTokens, copy.accessTokens, grants)
  restoreTokens(state.refreshTokens, copy.refreshTokens, grants)
  for (const [token, expiresAt] of Object.entries(copy.clientTokens)) {
    state.clientTokens.set(token, expiresAt)
  }
  for (const client of copy.organizationClients) {
    state.organizationClients.set(client.id, restoredClient(client))
  }
  state.webhooks.restart(copy.subscriptions)
}

/** In place: {@link Emulator.organizations} is this array. */
export function replaceOrganizations(state: State, organizations: readonly Organization[]): void {
  const held = state.settings.organizations
  held.splice(0, held.length, ...organizations)
}

/** Clears sessions, codes, tokens, portal links and organizations' clients. */
export function forgetSignIns(state: State): void {
  const { pending, codes, accessTokens, refreshTokens, sessions, clientTokens } = state
  const links = [state.portalLinks, state.portalSessions, state.organizationClients]
  const all = [pending, codes, accessTokens, refreshTokens, sessions, clientTokens, ...links]
  for (const held of all) held.clear()
  state.formerPeople.clear()
}

function savedSession({ organization, ...session }: Session): SavedSession {
  return { ...session, ...(organization && { organizationId: organization.id }) }
}

/**
 * Restores a session. It refers to the held organization and person, so that changes affect the
 * session.
 */
function restoredSession(state: State, { organizationId, ...session }: SavedSession): Session {
  const organization = state.settings.organizations.find(({ id }) => id === organizationId)
  const person = organization?.people.find(({ id }) => id === session.person.id)
  return { ...session, ...(organization && { organization }), ...(person && { person }) }
}

async function savedTokens(
  tokens: ReadonlyMap<string, AccessToken | RefreshToken>,
  grants: readonly Grant[],
): Promise<Record<string, SavedToken>> {
  const entries = [...tokens].map(async ([token, { grant, ...rest }]) => {
    const used = 'used' in rest && rest.used
    const saved = { ...rest, ...(used && { used: { ...used, answer: await used.answer } }) }
    return [token, { ...saved, grant: grants.indexOf(grant) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function savedClient(client: OrganizationClient): SavedClient {
  const secrets = client.secrets.map((one) => ({ ...one, hash: one.hash.toString('base64') }))
  return { ...client, secrets }
}

function restoredClient(client: SavedClient): OrganizationClient {
  const secrets = client.secrets.map((one) => ({ ...one, hash: Buffer.from(one.hash, 'base64') }))
  return { ...client, secrets }
}

function restoreTokens<Token extends AccessToken | RefreshToken>(
  held: Map<string, Token>,
  saved: Readonly<Record<string, SavedToken>>,
  grants: readonly Grant[],
): void {
  for (const [token, { grant, ...rest }] of Object.entries(saved)) {
    held.set(token, { ...rest, grant: grants[grant]! } as unknown as Token)
  }
}

/**
 * Restores object identity: an entry that has not changed since a directory was disabled is the
 * same object in both arrays.
 */
function relinked(saved: EmulatedOrganization): Organization {
  const organization = saved as Organization
  const { directory } = organization
  if (directory?.kept) {
    directory.kept = {
      users: directory.kept.users.map((user) => sameOf(directory.users, user)),
      groups: directory.kept.groups.map((group) => sameOf(directory.groups, group)),
    }
  }
  return organization
}

function sameOf<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  entry: Entry,
): Entry {
  const is = entries.find(({ id }) => id === entry.id)
  return is && JSON.stringify(is) === JSON.stringify(entry) ? is : entry
}
