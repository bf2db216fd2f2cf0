import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as client from '../../src/client.ts'
import * as index from '../../src/index.ts'
import * as postgres from '../../src/postgres.ts'
import * as queues from '../../src/queues.ts'
import * as redis from '../../src/redis.ts'
import * as testing from '../../src/testing.ts'
import * as webhooks from '../../src/webhooks.ts'
import { exportedNames } from './floors.ts'
import { entries, manifest, root } from './manifest.ts'

/** What users can import. A name is added here when it is promised to them. */
const values: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'AccessError',
    'ApiError',
    'ConfigError',
    'LoginError',
    'ScalekitError',
    'getAuth',
    'memoryStore',
    'requireAuth',
    'requireOrganization',
    'requirePermission',
    'requireRecentAuth',
    'requireRole',
    'requireScope',
    'scalekitAuth',
  ],
  './client': [
    'AccessError',
    'ApiError',
    'ConfigError',
    'LoginError',
    'Scalekit',
    'ScalekitClient',
    'ScalekitError',
    'WebhookError',
  ],
  './redis': ['redisStore'],
  './postgres': ['postgresStore'],
  './queues': ['bullmq', 'pgBoss'],
  './testing': ['startEmulator'],
  './webhooks': [
    'ConfigError',
    'PermanentError',
    'ScalekitError',
    'WebhookError',
    'createDispatcher',
    'signInterceptor',
    'signWebhook',
    'verifyInterceptor',
    'verifyWebhook',
  ],
}

const types: Readonly<Record<string, readonly string[]>> = {
  '.': [
    'AccessErrorCode',
    'ApiErrorCode',
    'AuthEvents',
    'ClaimAnswer',
    'Clock',
    'Conditions',
    'ConfigErrorCode',
    'DeadLetter',
    'DeliveryClaim',
    'DeliveryInfo',
    'EmailPage',
    'EmailPageTexts',
    'GeneralErrorCode',
    'GuardOptions',
    'Identity',
    'Ledger',
    'LocalRevocations',
    'Logger',
    'LoginAttempt',
    'LoginDecision',
    'LoginErrorCode',
    'LoginRequest',
    'Middleware',
    'Next',
    'OfferOrganizations',
    'OfferedOrganization',
    'OnLogin',
    'OrganizationSelector',
    'PageOptions',
    'PortalFeature',
    'PortalOptions',
    'Principal',
    'Revocation',
    'Revocations',
    'ScalekitAuth',
    'ScalekitAuthOptions',
    'ScalekitErrorCode',
    'SessionOptions',
    'SessionStore',
    'SignedIn',
    'SignedInHandler',
    'SignedOut',
    'SingleUse',
    'StateStore',
    'TokenStore',
    'Tokens',
    'User',
  ],
  './client': [
    'AccessErrorCode',
    'AccessTokenClaims',
    'ApiErrorCode',
    'AuthenticatedUser',
    'AuthenticationOptions',
    'AuthenticationResponse',
    'AuthorizationUrlOptions',
    'CallOptions',
    'ConfigErrorCode',
    'Connection',
    'ConnectionApi',
    'ConnectionDomain',
    'ConnectionProvider',
    'ConnectionRequest',
    'ConnectionStatus',
    'Directory',
    'DirectoryApi',
    'DirectoryGroup',
    'DirectoryGroupPage',
    'DirectoryMapping',
    'DirectoryOwner',
    'DirectoryRequest',
    'DirectorySecret',
    'DirectoryStats',
    'DirectoryUser',
    'DirectoryUserAddress',
    'DirectoryUserGroup',
    'DirectoryUserPage',
    'DirectoryUserRole',
    'FieldViolation',
    'GeneralErrorCode',
    'IdpCertificate',
    'IdpInitiatedLoginClaims',
    'Json',
    'ListConnectionsOptions',
    'ListDirectoryGroupsOptions',
    'ListDirectoryUsersOptions',
    'ListOrganizationOptions',
    'ListedConnection',
    'LoginErrorCode',
    'LogoutUrlOptions',
    'NamedArguments',
    'NewOrganization',
    'OidcConfig',
    'Organization',
    'OrganizationApi',
    'OrganizationChanges',
    'OrganizationFeature',
    'OrganizationPage',
    'OrganizationSettings',
    'PageEnds',
    'Pagination',
    'PortalLink',
    'PortalLinkOptions',
    'RawBody',
    'RefreshTokenResponse',
    'RequestHeaders',
    'RoleAssignment',
    'SamlBinding',
    'SamlConfig',
    'ScalekitClientOptions',
    'ScalekitErrorCode',
    'Secrets',
    'Toggled',
    'TokenValidationOptions',
    'WebhookErrorCode',
  ],
  './redis': ['RedisClient'],
  './postgres': ['PostgresClient', 'PostgresStore'],
  './queues': [
    'BullmqOptions',
    'BullmqQueue',
    'BullmqWorkerOptions',
    'DeliveryQueue',
    'PgBossClient',
    'PgBossJob',
    'PgBossOptions',
    'PgBossWorkerOptions',
    'QueueRun',
    'QueuedDelivery',
    'RunDelivery',
    'RunEnd',
  ],
  './testing': [
    'AccessTokenFault',
    'ConnectionSeed',
    'ConnectionStatus',
    'DeliveryAttempt',
    'DeliveryFaults',
    'DirectoryEditor',
    'DirectoryGroupSeed',
    'DirectorySeed',
    'DirectoryUserSeed',
    'EmulatedConnection',
    'EmulatedDelivery',
    'EmulatedDirectory',
    'EmulatedDirectoryGroup',
    'EmulatedDirectoryUser',
    'EmulatedOrganization',
    'EmulatedPerson',
    'Emulator',
    'EmulatorMode',
    'EmulatorSeed',
    'FaultRule',
    'HangFault',
    'IdTokenFault',
    'IdpLoginFault',
    'Lifetimes',
    'OrganizationSeed',
    'PersonSeed',
    'ReceivedRequest',
    'ResetFault',
    'StatusFault',
    'Subscription',
    'Tampering',
    'TokenResponseFault',
  ],
  './webhooks': [
    'ConfigErrorCode',
    'Delivery',
    'Dispatcher',
    'ErrorDetails',
    'EventAlias',
    'EventHandler',
    'EventHandlers',
    'EventOf',
    'EventPattern',
    'EventType',
    'GeneralErrorCode',
    'Interception',
    'InterceptorCall',
    'InterceptorDecision',
    'InterceptorHandler',
    'InterceptorHandlers',
    'Message',
    'RawBody',
    'RequestHeaders',
    'ScalekitErrorCode',
    'ScalekitEvent',
    'Secrets',
    'TriggerPoint',
    'UnknownEvent',
    'VerifyOptions',
    'WebhookErrorCode',
  ],
}

const modules: Readonly<Record<string, object>> = {
  '.': index,
  './client': client,
  './redis': redis,
  './postgres': postgres,
  './queues': queues,
  './testing': testing,
  './webhooks': webhooks,
}

describe('the exports', () => {
  it('are the entries that have a list of names here', () => {
    const names = entries.map(([name]) => name)
    expect(names).toEqual(Object.keys(values))
    expect(names).toEqual(Object.keys(types))
    expect(names).toEqual(Object.keys(modules))
  })

  it.each(entries)('of %s are exactly the values listed', (name, source) => {
    expect(Object.keys(modules[name]!).sort()).toEqual(values[name])
    expect(exportedNames(readFileSync(root(source), 'utf8'), 'values')).toEqual(values[name])
  })

  it.each(entries)('of %s are exactly the types listed', (name, source) => {
    expect(exportedNames(readFileSync(root(source), 'utf8'), 'types')).toEqual(types[name])
  })
})

describe('package.json', () => {
  it.each(entries)('points %s to what its source is built to', (name, source) => {
    const built = source.replace(/^src/, './dist').replace(/\.ts$/, '')
    expect(existsSync(root(source))).toBe(true)
    // In this order: a resolver takes the first condition that it knows.
    expect(Object.entries(manifest.exports[name]!)).toEqual([
      ['types', `${built}.d.ts`],
      ['default', `${built}.js`],
    ])
  })

  it('tells resolvers that know no exports the same', () => {
    const paths = Object.fromEntries(
      entries
        .filter(([name]) => name !== '.')
        .map(([name]) => [name.slice(2), [`./dist/${name.slice(2)}.d.ts`]]),
    )
    expect(manifest.typesVersions).toEqual({ '*': paths })
    expect(manifest.exports['.']).toEqual({ types: manifest.types, default: manifest.main })
  })

  it('exports itself', () => {
    expect(manifest.exports['./package.json']).toBe('./package.json')
  })

  it('has a source for its command', () => {
    expect(manifest.bin).toEqual({ 'express-scalekit': 'dist/cli.js' })
    expect(readFileSync(root('src/cli.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('publishes what is built, its source and the changelog', () => {
    expect(manifest.files).toEqual(['dist', 'src', 'CHANGELOG.md'])
  })
})
