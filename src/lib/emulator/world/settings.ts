import type { Clock } from '../../ground/clock.ts'
import { emulatorClientSecret } from '../../ground/sample-secrets.ts'
import type { Subscription } from '../webhooks/delivery.ts'
import { retryWaits } from '../webhooks/retry-schedule.ts'
import { type Organization, organizationFrom } from './organizations.ts'
import { type EmulatedPerson, personFrom } from './people.ts'
import { sampleOrganizations, sampleSocialPeople } from './samples.ts'
import type { EmulatorMode, EmulatorSeed, Lifetimes } from './seed.ts'

/** A seed with every default filled in. */
export interface Settings {
  readonly allowedHosts: readonly string[]
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly initiateLoginUri: string
  readonly organizations: Organization[]
  readonly mode: EmulatorMode
  readonly hostedLogin: boolean
  readonly socialPeople: readonly EmulatedPerson[]
  readonly lifetimes: Lifetimes
  readonly enforcePkce: boolean
  readonly scopes: readonly string[]
  readonly webhooks: readonly Subscription[]
  readonly retryWaitsSeconds: readonly number[]
  readonly retryScale: number
  readonly rateLimitPerMinute: number
  readonly portalLinkTtlSeconds: number
  readonly singleUse: boolean
  /** What the emulator's own clock goes on from. */
  readonly clock: Clock
  readonly log: (line: string) => void
}

const standardScopes = ['openid', 'email', 'profile', 'offline_access']

export function settingsFrom(seed: EmulatorSeed): Settings {
  const mode = seed.mode ?? 'full-stack'
  const redirectUris = seed.redirectUris ?? ['http://localhost:3000/callback']
  return {
    allowedHosts: [...(seed.allowedHosts ?? []), ...(seed.host ? [seed.host] : [])].map(hostName),
    clientId: seed.clientId ?? 'skc_58327480989122566',
    clientSecret: seed.clientSecret ?? emulatorClientSecret,
    redirectUris,
    postLogoutRedirectUris:
      seed.postLogoutRedirectUris ?? redirectUris.map((uri) => new URL('logout', uri).href),
    // Without a redirect URI nobody can sign in, and the emulator still starts.
    initiateLoginUri:
      seed.initiateLoginUri ??
      new URL('login', redirectUris[0] ?? 'http://localhost:3000/callback').href,
    organizations: (seed.organizations ?? sampleOrganizations).map(organizationFrom),
    mode,
    hostedLogin: seed.hostedLogin ?? mode === 'full-stack',
    socialPeople: (seed.socialPeople ?? sampleSocialPeople).map((person) =>
      personFrom(person, 'social'),
    ),
    lifetimes: { ...defaultLifetimes[mode], ...seed.lifetimes },
    enforcePkce: seed.enforcePkce ?? true,
    scopes: [...standardScopes, ...(seed.scopes ?? [])],
    webhooks: seed.webhooks ?? [],
    retryWaitsSeconds: retryWaits(seed.retrySchedule ?? '6-attempts'),
    retryScale: seed.retryScale ?? 1,
    rateLimitPerMinute: perMinute(seed.rateLimitPerMinute ?? Infinity),
    portalLinkTtlSeconds: seed.portalLinkTtlSeconds ?? 7 * 86_400,
    singleUse: seed.singleUse ?? false,
    clock: seed.clock ?? Date.now,
    log: seed.log ?? (() => {}),
  }
}

/** A name as it is in a `Host` header, without the port. */
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

/** What Scalekit's own samples show for either product; its codes live ten minutes, ours one. */
const defaultLifetimes: Readonly<Record<EmulatorMode, Lifetimes>> = {
  'full-stack': {
    codeSeconds: 60,
    accessTokenSeconds: 300,
    idTokenSeconds: 1_800,
    clientTokenSeconds: 86_399,
  },
  sso: {
    codeSeconds: 60,
    accessTokenSeconds: 900,
    idTokenSeconds: 3_900,
    clientTokenSeconds: 86_399,
  },
}
