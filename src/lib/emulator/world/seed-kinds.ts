import {
  nonEmptyString,
  oneOf,
  positive,
  strings,
  trueOrFalse,
  wholeNumber,
  wholeSeconds,
} from '../../ground/fields.ts'
import { isObject } from '../../ground/is-object.ts'
import { eventTypes } from '../../webhooks/events.ts'
import { signWebhook } from '../../webhooks/signature.ts'
import { type EmulatedInterceptor, triggerPoints } from '../interceptors/interceptor.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import { type RetrySchedule, retrySchedules, retryWaits } from '../webhooks/retry-schedule.ts'
import { arrayOf, type Kind, type Kinds, kind, nullOr, objectOf } from './kinds.ts'
import {
  type ConnectionSeed,
  type DirectorySeed,
  type EmulatorSeed,
  type Lifetimes,
  membershipStatuses,
  type OrganizationSeed,
  type PersonSeed,
} from './seed.ts'
import type { SessionLimits } from './session-policy.ts'

/**
 * The part of a seed that a file can hold: all JSON values, except those about the machine that
 * reads the file.
 */
export type SeedFile = Omit<
  EmulatorSeed,
  'clock' | 'log' | 'onWarning' | 'tls' | 'stateFile' | 'dangerouslyAllowEmulator'
> & {
  /** The path of the JSON schema, for editors. */
  readonly $schema?: string
}

export const text: Kind<string> = kind(nonEmptyString, { type: 'string', minLength: 1 })
export const yesOrNo: Kind<boolean> = kind(trueOrFalse, { type: 'boolean' })
export const texts: Kind<readonly string[]> = kind((value) => strings(value), {
  type: 'array',
  items: text.schema,
})
export const record: Kind<Readonly<Record<string, unknown>>> = kind(objectValue, { type: 'object' })
const url: Kind<string> = kind(absoluteUrl, { type: 'string', format: 'uri' })
const notNegative: Kind<number> = kind(atLeastZero, { type: 'number', minimum: 0 })
const seconds: Kind<number> = kind(wholeSeconds, { type: 'integer', minimum: 1 })

export const personKinds: Kinds<PersonSeed> = {
  email: kind(emailAddress, { type: 'string', format: 'email' }),
  name: text,
  id: id('usr_'),
  idpUserId: text,
  externalId: text,
  emailVerified: yesOrNo,
  roles: texts,
  permissions: texts,
  groups: texts,
  refusal: choice(['access_denied', 'user_not_active']),
  claims: record,
  accessTokenClaims: record,
  customClaims: record,
  metadata: record,
  membershipMetadata: record,
  membershipStatus: choice(membershipStatuses),
}
export const personKind: Kind<PersonSeed> = objectOf(personKinds, ['email', 'name'])

const connectionKind = objectOf<ConnectionSeed>({
  id: id('conn_'),
  provider: text,
  type: choice(['SAML', 'OIDC']),
  enabled: yesOrNo,
  status: choice(['DRAFT', 'IN_PROGRESS', 'COMPLETED']),
})
const directoryKind = objectOf<DirectorySeed>({ id: id('dir_'), enabled: yesOrNo })

export const organizationKinds: Kinds<OrganizationSeed> = {
  id: id('org_'),
  externalId: text,
  slug: text,
  displayName: text,
  domains: texts,
  metadata: kind(textRecord, { type: 'object', additionalProperties: { type: 'string' } }),
  connection: nullOr(connectionKind),
  directory: nullOr(directoryKind),
  people: arrayOf(personKind),
}
export const organizationKind: Kind<OrganizationSeed> = objectOf(organizationKinds, ['displayName'])

export const subscriptionKind: Kind<Subscription> = objectOf<Subscription>(
  {
    url,
    secret: kind(webhookSecret, { type: 'string', pattern: '^whsec_' }),
    events: kind((value) => strings(value, eventTypes), {
      type: 'array',
      items: { enum: eventTypes },
    }),
  },
  ['url'],
)

const interceptorKind = objectOf<EmulatedInterceptor>(
  {
    triggerPoint: choice([...triggerPoints]),
    url,
    secret: kind(webhookSecret, { type: 'string', pattern: '^whsec_' }),
    onFailure: choice(['allow', 'deny']),
    timeoutSeconds: kind(positive, { type: 'number', exclusiveMinimum: 0 }),
  },
  ['triggerPoint', 'url'],
)

const lifetimesKind = objectOf<Partial<Lifetimes>>({
  codeSeconds: seconds,
  accessTokenSeconds: seconds,
  idTokenSeconds: seconds,
  clientTokenSeconds: seconds,
})

export const seedKind: Kind<SeedFile> = objectOf<SeedFile>({
  $schema: text,
  port: kind(portNumber, { type: 'integer', minimum: 0, maximum: 65_535 }),
  host: text,
  allowedHosts: texts,
  clientId: text,
  clientSecret: text,
  redirectUris: arrayOf(url),
  postLogoutRedirectUris: arrayOf(url),
  initiateLoginUri: url,
  organizations: arrayOf(organizationKind),
  product: choice(['full-stack', 'sso']),
  hostedLogin: yesOrNo,
  socialPeople: arrayOf(personKind),
  lifetimes: lifetimesKind,
  enforcePkce: yesOrNo,
  session: objectOf<Partial<SessionLimits>>({
    absoluteSeconds: seconds,
    idleSeconds: nullOr(seconds),
  }),
  refreshGraceSeconds: notNegative,
  backdateIatSeconds: notNegative,
  staleClaimsSeconds: notNegative,
  tokenRevocation: yesOrNo,
  sendAuthTime: yesOrNo,
  backChannelLogoutUri: url,
  scopes: texts,
  webhooks: arrayOf(subscriptionKind),
  interceptors: arrayOf(interceptorKind),
  rateLimitPerMinute: kind(wholeNumber, { type: 'integer', minimum: 1 }),
  retrySchedule: kind(retrySchedule, {
    anyOf: [{ enum: retrySchedules }, { type: 'array', items: { type: 'number', minimum: 0 } }],
  }),
  retryScale: kind(positive, { type: 'number', exclusiveMinimum: 0 }),
  portalLinkTtlSeconds: seconds,
  singleUse: yesOrNo,
})

/** Ids must have Scalekit's format, or the kit would refuse tokens that contain them. */
function id(prefix: string): Kind<string> {
  return kind(
    (value) => {
      if (typeof value === 'string' && value.startsWith(prefix) && /^\w+$/.test(value)) return value
      throw new Error(`must be an id such as ${prefix}69615647365005430`)
    },
    { type: 'string', pattern: `^${prefix}\\w+$` },
  )
}

function choice<const Value extends string>(allowed: readonly Value[]): Kind<Value> {
  return kind((value) => oneOf(value, allowed), { enum: allowed })
}

function retrySchedule(value: unknown): NonNullable<EmulatorSeed['retrySchedule']> {
  const schedule = value as RetrySchedule | readonly number[]
  try {
    retryWaits(schedule)
    return schedule
  } catch (error) {
    // The message begins with the name, like this one.
    throw new Error((error as Error).message.replace(/^`retrySchedule` /, ''), { cause: error })
  }
}

function objectValue(value: unknown) {
  if (isObject(value)) return value
  throw new Error('must be an object')
}

function textRecord(value: unknown): Readonly<Record<string, string>> {
  const given = objectValue(value)
  if (Object.values(given).every((each) => typeof each === 'string')) {
    return given as Readonly<Record<string, string>>
  }
  throw new Error('must be an object whose values are strings')
}

function atLeastZero(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value
  throw new Error('must be a number of seconds, 0 or more')
}

function emailAddress(value: unknown): string {
  if (typeof value === 'string' && /^[^@\s]+@[^@\s]+$/.test(value)) return value
  throw new Error('must be an email address such as ada@acme.example')
}

function absoluteUrl(value: unknown): string {
  if (typeof value === 'string' && URL.canParse(value)) return value
  throw new Error('must be a URL such as http://localhost:3000/callback')
}

/** Checked by the signature itself, whose rules for secrets are decisive. */
function webhookSecret(value: unknown): string {
  try {
    signWebhook({ id: 'check', body: '', secret: nonEmptyString(value) })
    return value as string
  } catch (error) {
    throw new Error('must be whsec_ and the base64 of at least 24 random bytes', { cause: error })
  }
}

function portNumber(value: unknown): number {
  const isPort = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
  if (isPort) return value as number
  throw new Error('must be a whole number from 0 to 65535')
}
