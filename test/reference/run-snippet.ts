import * as client from '../../src/client.ts'
import type { Emulator } from '../../src/testing.ts'
import { clientOf } from '../lib/client/clients.ts'
import { redirectUri } from '../lib/emulator/application.ts'
import type { Snippet } from './snippets.ts'

type Scope = Readonly<Record<string, unknown>>

/**
 * Runs a snippet as the application of its reader would: with another import, and with an
 * emulator's names where the reference has placeholders or variables of its own.
 *
 * @param code What came back with a sign-in.
 */
export async function runSnippet(
  snippet: Snippet,
  emulator: Emulator,
  code: string,
): Promise<unknown> {
  const [acme] = emulator.organizations
  const scalekit = clientOf(emulator.options)
  const variables: Scope = {
    ...client,
    scalekit,
    sc: scalekit,
    name: 'New Corp',
    organizationId: acme!.id,
    organization_id: acme!.id,
    connectionId: acme!.connection!.id,
    directoryId: acme!.directory!.id,
    redirectUrl: redirectUri,
    req: { query: { code } },
  }
  const body = withoutImport(withNames(snippet.code, emulator))
  return evaluate(`{ ${body}\nreturn ${snippet.answer} }`, variables)
}

/** The placeholders, quoted or not, and the ids that the reference made up. */
function withNames(code: string, { organizations: [acme], options }: Emulator): string {
  const names = {
    SCALEKIT_ENVIRONMENT_URL: options.environmentUrl,
    SCALEKIT_CLIENT_ID: options.clientId,
    SCALEKIT_CLIENT_SECRET: options.clientSecret,
    organization_id: acme!.id,
    directory_id: acme!.directory!.id,
    redirectUri,
  }
  const placed = Object.entries(names).reduce(
    (text, [name, value]) =>
      text.replaceAll(new RegExp(`(['"]?)<${name}>\\1`, 'g'), JSON.stringify(value)),
    code,
  )
  return (
    placed
      .replace('org_15421144869927830', acme!.id)
      .replace('conn_15696105471768821', acme!.connection!.id)
      .replace('user@example.com', 'ada@acme.example')
      // The reference's own slip: no JavaScript has this.
      .replace('return throw', 'throw')
  )
}

/** Its names are in scope already: a text that is evaluated can import nothing by `import`. */
function withoutImport(code: string): string {
  return code.replace(/^import \{ (\w+) \} from '@scalekit-sdk\/node';$/m, '/* import { $1 } */')
}

function evaluate(body: string, variables: Scope): Promise<unknown> {
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction(...Object.keys(variables), `'use strict'; ${body}`)
  return run(...Object.values(variables))
}
