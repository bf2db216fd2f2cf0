import type { Clock } from '../../ground/clock.ts'
import { emulatorClientSecret } from '../../ground/sample-secrets.ts'
import type { EmulatedInterceptor } from '../interceptors/interceptor.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import { retryWaits } from '../webhooks/retry-schedule.ts'
import { type Organization, organizationFrom } from './organizations.ts'
import { type EmulatedPerson, personFrom } from './people.ts'
import { isPlain, redirectUriMistake, sibling } from './redirect-uris.ts'
import { sampleOrganizations, sampleSocialPeople } from './samples.ts'
import type { EmulatorProduct, EmulatorSeed, Lifetimes } from './seed.ts'
import type { SessionLimits } from './session-policy.ts'
import type { EmulatorWarning } from './warnings.ts'

/** A seed with all defaults applied. */
export interface Settings {
  readonly allowedHosts: readonly string[]
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly initiateLoginUri: string
  readonly organizations: Organization[]
  readonly product: EmulatorProduct
  readonly hostedLogin: boolean
  readonly socialPeople: EmulatedPerson[]
  readonly lifetimes: Lifetimes
  readonly enforcePkce: boolean
  readonly session: SessionLimits
  readonly refreshGraceSeconds: number
  readonly backdateIatSeconds: number
  readonly staleClaimsSeconds: number
  readonly tokenRevocation: boolean
  readonly sendAuthTime: boolean
  readonly backChannelLogoutUri?: string
  readonly onWarning: (warning: EmulatorWarning) => void
  readonly scopes: readonly string[]
  readonly webhooks: readonly Subscription[]
  readonly interceptors: readonly EmulatedInterceptor[]
  readonly retryWaitsSeconds: readonly number[]
  readonly retryScale: number
  readonly rateLimitPerMinute: number
  readonly portalLinkTtlSeconds: number
  readonly singleUse: boolean
  /** The clock from which the emulator's own clock starts. */
  readonly clock: Clock
  readonly log: (line: string) => void
}

const standardScopes = ['openid', 'email', 'profile', 'offline_access']

export function settingsFrom(seed: EmulatorSeed): Settings {
  const product = seed.product ?? 'full-stack'
  const redirectUris = checked(seed.redirectUris ?? ['http://localhost:3000/callback'])
  return {
    allowedHosts: [...(seed.allowedHosts ?? []), ...(seed.host ? [seed.host] : [])].map(hostName),
    clientId: seed.clientId ?? 'skc_58327480989122566',
    clientSecret: seed.clientSecret ?? emulatorClientSecret,
    redirectUris,
    postLogoutRedirectUris:
      seed.postLogoutRedirectUris ?? redirectUris.map((uri) => sibling(uri, 'logout')),
    // Without a redirect URI no user can sign in, but the emulator still starts.
    initiateLoginUri:
      seed.initiateLoginUri ??
      sibling(redirectUris.find(isPlain) ?? 'http://localhost:3000/callback', 'login'),
    organizations: (seed.organizations ?? sampleOrganizations).map(organizationFrom),
    product,
    hostedLogin: seed.hostedLogin ?? product === 'full-stack',
    socialPeople: (seed.socialPeople ?? sampleSocialPeople).map((person) =>
      personFrom(person, 'social'),
    ),
    lifetimes: { ...defaultLifetimes[product], ...seed.lifetimes },
    enforcePkce: seed.enforcePkce ?? false,
    session: { absoluteSeconds: 30 * 86_400, idleSeconds: 7 * 86_400, ...seed.session },
    refreshGraceSeconds: seed.refreshGraceSeconds ?? 30,
    backdateIatSeconds: seed.backdateIatSeconds ?? 0,
    staleClaimsSeconds: seed.staleClaimsSeconds ?? 0,
    tokenRevocation: seed.tokenRevocation ?? true,
    sendAuthTime: seed.sendAuthTime ?? false,
    ...(seed.backChannelLogoutUri !== undefined && {
      backChannelLogoutUri: seed.backChannelLogoutUri,
    }),
    onWarning: seed.onWarning ?? (() => {}),
    scopes: [...standardScopes, ...(seed.scopes ?? [])],
    webhooks: seed.webhooks ?? [],
    interceptors: seed.interceptors ?? [],
    retryWaitsSeconds: retryWaits(seed.retrySchedule ?? '6-attempts'),
    retryScale: seed.retryScale ?? 1,
    rateLimitPerMinute: perMinute(seed.rateLimitPerMinute ?? Infinity),
    portalLinkTtlSeconds: seed.portalLinkTtlSeconds ?? 7 * 86_400,
    singleUse: seed.singleUse ?? false,
    clock: seed.clock ?? Date.now,
    log: seed.log ?? (() => {}),
  }
}

/** A host name as in a `Host` header, without the port. */
function hostName(given: string): string {
  const name = given.toLowerCase()
  if (/^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/.test(name)) return name
  throw new Error(
    `\`allowedHosts\` must be host names without a port, not ${JSON.stringify(given)}`,
  )
}

function perMinute(given: number): number {
  if (given === Infinity || (Number.isSafeInteger(given) && given > 0)) return given
  throw new Error(`\`rateLimitPerMinute\` must be a whole number from 1 on, not ${given}`)
}

/** @throws Error that names the first invalid redirect URI */
function checked(redirectUris: readonly string[]): readonly string[] {
  for (const uri of redirectUris) {
    const mistake = redirectUriMistake(uri)
    if (mistake) throw new Error(`The redirect URI ${uri} ${mistake}.`)
  }
  return redirectUris
}

/** The lifetimes in Scalekit's own samples for either product. */
const defaultLifetimes: Readonly<Record<EmulatorProduct, Lifetimes>> = {
  'full-stack': {
    codeSeconds: 600,
    accessTokenSeconds: 300,
    idTokenSeconds: 1_800,
    clientTokenSeconds: 86_399,
  },
  sso: {
    codeSeconds: 600,
    accessTokenSeconds: 900,
    idTokenSeconds: 3_900,
    clientTokenSeconds: 86_399,
  },
}
