import type { EmulatedOrganization } from '../world/organizations.ts'

/** A company's people are where its sign-ins are, as far as Scalekit syncs from there. */
export function directoryProvider({ connection }: EmulatedOrganization): string {
  const provider = connection?.provider ?? 'OKTA'
  return syncedProviders.has(provider) ? provider : 'OKTA'
}

const syncedProviders = new Set([
  'OKTA',
  'GOOGLE',
  'MICROSOFT_AD',
  'AUTH0',
  'ONELOGIN',
  'JUMPCLOUD',
  'PING_IDENTITY',
])
