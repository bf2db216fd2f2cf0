/** The usual name of a provider: `Microsoft Entra ID` for `MICROSOFT_AD`. */
export function providerName(provider: string): string {
  const known = providerNames[provider]
  if (known) return known
  const words = provider.toLowerCase().split('_')
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ')
}

const providerNames: Readonly<Record<string, string>> = {
  ADFS: 'AD FS',
  GITHUB: 'GitHub',
  GITLAB: 'GitLab',
  JUMPCLOUD: 'JumpCloud',
  LINKEDIN: 'LinkedIn',
  MICROSOFT_AD: 'Microsoft Entra ID',
  ONELOGIN: 'OneLogin',
}
