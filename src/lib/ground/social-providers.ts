/** The social providers that Scalekit supports, by their names in its API. */
export const socialProviders: ReadonlyMap<string, string> = new Map([
  ['google', 'Google'],
  ['github', 'GitHub'],
  ['linkedin', 'LinkedIn'],
  ['gitlab', 'GitLab'],
  ['microsoft', 'Microsoft'],
  ['salesforce', 'Salesforce'],
])
