import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { isObject } from '../../ground/is-object.ts'
import { arrayOf, type Kind, kind, objectOf, readKind } from '../world/kinds.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import { text, yesOrNo } from '../world/seed-kinds.ts'
import type {
  SavedClient,
  SavedGrant,
  SavedSession,
  SavedState,
  SavedToken,
} from './saved-state.ts'

/**
 * Checks the members that are read first. The contents that the emulator wrote itself are trusted.
 */
const stateKind = objectOf<SavedState>(
  {
    version: kind(versionOne, { const: 1 }),
    organizations: arrayOf(withMembers<EmulatedOrganization>({ ...ids('id'), people: isList })),
    times: withMembers({ startedAt: isNumber, made: isObject, changed: isObject }),
    advancedSeconds: numberKind(),
    keys: arrayOf(
      objectOf({ kid: text, isPublished: yesOrNo, jwk: kind(privateKey, { type: 'object' }) }, [
        'kid',
        'jwk',
      ]),
    ),
    sessions: arrayOf(
      withMembers<SavedSession>({ ...ids('id'), person: isObject, connection: isObject }),
    ),
    grants: arrayOf(withMembers<SavedGrant>({ ...ids('sessionId'), scopes: isList })),
    accessTokens: recordOf(withMembers<SavedToken>({ grant: isNumber })),
    refreshTokens: recordOf(withMembers<SavedToken>({ grant: isNumber })),
    clientTokens: recordOf(numberKind()),
    subscriptions: arrayOf(withMembers({ url: isText, secret: isText, events: isList })),
    organizationClients: arrayOf(
      withMembers<SavedClient>({ ...ids('id'), organizationId: isText, secrets: isList }),
    ),
  },
  [
    'version',
    'organizations',
    'times',
    'advancedSeconds',
    'keys',
    'sessions',
    'grants',
    'accessTokens',
    'refreshTokens',
    'clientTokens',
    'subscriptions',
    'organizationClients',
  ],
)

/** @throws an Error that lists every problem */
export function readState(value: unknown): SavedState {
  const { value: state, problems } = readKind(stateKind, value)
  if (problems.length > 0) throw new Error(problems.join('; '))
  assertLinked(state)
  return state
}

/** Refuses references to missing entries, which would otherwise only fail at a later request. */
function assertLinked({ sessions, grants, accessTokens, refreshTokens, keys }: SavedState) {
  const ids = new Set(sessions.map(({ id }) => id))
  const tokens = [...Object.values(accessTokens), ...Object.values(refreshTokens)]
  const isLinked =
    grants.every(({ sessionId }) => ids.has(sessionId)) &&
    tokens.every(({ grant }) => grant in grants)
  if (!isLinked) throw new Error('`grants` and tokens must name sessions and grants that are there')
  if (!keys.some(({ isPublished }) => isPublished)) {
    throw new Error('`keys` must contain a published key')
  }
}

type Check = (value: unknown) => boolean

function withMembers<Shape>(checks: Readonly<Record<string, Check>>): Kind<Shape> {
  return kind(
    (value) => {
      if (!isObject(value)) throw new Error('must be an object')
      const wrong = Object.keys(checks).find((name) => !checks[name]!(value[name]))
      if (wrong) throw new Error(`has no usable \`${wrong}\``)
      return value as Shape
    },
    { type: 'object' },
  )
}

function recordOf<Value>(item: Kind<Value>): Kind<Readonly<Record<string, Value>>> {
  return {
    read(value, at) {
      if (!isObject(value)) throw new Error('must be an object')
      for (const each of Object.values(value)) item.read(each, at)
      return value as Readonly<Record<string, Value>>
    },
    schema: { type: 'object', additionalProperties: item.schema },
  }
}

function numberKind(): Kind<number> {
  return kind(
    (value) => {
      if (typeof value === 'number') return value
      throw new Error('must be a number')
    },
    { type: 'number' },
  )
}

function privateKey(value: unknown): JsonWebKey {
  try {
    const { asymmetricKeyType } = createPrivateKey({ key: value as JsonWebKey, format: 'jwk' })
    if (asymmetricKeyType === 'rsa') return value as JsonWebKey
  } catch {
    // The parser's message may quote the private key.
  }
  throw new Error('must be a private RSA key, as a JWK')
}

function versionOne(value: unknown): 1 {
  if (value === 1) return value
  throw new Error('must be 1: another version of the emulator wrote this state')
}

function ids(name: string): Readonly<Record<string, Check>> {
  return { [name]: isText }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isList(value: unknown): boolean {
  return Array.isArray(value)
}
