import type { Emulator } from './emulator.ts'
import type { EmulatedOrganization } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** The environment variables with which an application uses this emulator. */
export function variablesFor(
  { options, webhookSecret }: Emulator,
  baseUrl: string,
): Readonly<Record<string, string>> {
  return {
    SCALEKIT_ENVIRONMENT_URL: options.environmentUrl,
    SCALEKIT_CLIENT_ID: options.clientId,
    SCALEKIT_CLIENT_SECRET: options.clientSecret,
    APP_BASE_URL: baseUrl,
    SCALEKIT_WEBHOOK_SECRET: webhookSecret,
  }
}

/**
 * Returns the information that a developer needs about a newly started emulator, as plain text.
 *
 * @param notes Sentences about this emulator, each a paragraph below its address.
 */
export function announcement(
  { url, organizations }: Emulator,
  variables: Readonly<Record<string, string>>,
  notes: readonly string[] = [],
): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return `Scalekit emulator: ${url}
${notes.map((note) => `\n${note}\n`).join('')}
For your application's environment:

${lines.join('\n')}

Who can sign in:

${organizations.map(organizationLines).join('\n\n')}

Stop it with Ctrl+C.`
}

function organizationLines({ displayName, id, domains, people }: EmulatedOrganization): string {
  const title = [displayName, ...domains, id].join(' · ')
  return [title, ...people.map(personLine)].join('\n')
}

function personLine({ email, name, roles, refusal }: EmulatedPerson): string {
  return `  ${email.padEnd(26)}  ${name.padEnd(18)}  ${refusal ?? roles.join(', ')}`
}
