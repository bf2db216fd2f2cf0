import type { Emulator } from './emulator.ts'
import type { EmulatedOrganization } from './world/organizations.ts'
import type { EmulatedPerson } from './world/people.ts'

/** What a developer wants to know of an emulator that was just started, as plain text. */
export function announcement(emulator: Emulator, baseUrl: string): string {
  const { environmentUrl, clientId, clientSecret } = emulator.options
  return `Scalekit emulator: ${emulator.url}

For your application's environment:

SCALEKIT_ENVIRONMENT_URL=${environmentUrl}
SCALEKIT_CLIENT_ID=${clientId}
SCALEKIT_CLIENT_SECRET=${clientSecret}
APP_BASE_URL=${baseUrl}
SCALEKIT_WEBHOOK_SECRET=${emulator.webhookSecret}

Who can sign in:

${emulator.organizations.map(organizationLines).join('\n\n')}

Stop it with Ctrl+C.`
}

function organizationLines({ displayName, id, domains, people }: EmulatedOrganization): string {
  const title = [displayName, ...domains, id].join(' · ')
  return [title, ...people.map(personLine)].join('\n')
}

function personLine({ email, name, roles, refusal }: EmulatedPerson): string {
  return `  ${email.padEnd(26)}  ${name.padEnd(18)}  ${refusal ?? roles.join(', ')}`
}
