import type { EmulatedOrganization } from '../world/organizations.ts'

/**
 * The provider of an organization's directory: that of its connection, or Okta where Scalekit does
 * not synchronize from that one.
 */
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
