import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../../src/testing.ts'
import { curlCommands } from '../fixtures/curl-commands.ts'
import { codeFor } from '../lib/emulator/application.ts'
import { emulate } from '../lib/emulator/emulate.ts'
import { acmeId, clientToken } from '../lib/emulator/rest/api.ts'

/** The values of the reference that are no placeholders. */
const seed = {
  clientId: 'skc_12344',
  clientSecret: 'skc_prod_12441kjasad',
  redirectUris: ['https://mysaasapp.com/redirect_uri'],
  // Its authorization request has no code challenge.
  enforcePkce: false,
}

/** What the reference shows for a request without a token. */
const tokenEmpty = {
  code: 16,
  message: 'Token empty',
  details: [
    {
      '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
      error_code: 'UNAUTHENTICATED',
    },
  ],
}

const commands = curlCommands.map(({ section, command }) => ({
  section,
  command,
  needsToken: command.includes('/api/v1/'),
  hasToken: command.includes('Authorization: Bearer'),
}))

describe('a cURL command of the reference, as it is printed', () => {
  it.each(commands)('is answered: $section', async ({ command, needsToken, hasToken }) => {
    const { status, body } = await run(await emulate(seed), command)
    if (needsToken && !hasToken) {
      expect([status, JSON.parse(body)]).toEqual([401, tokenEmpty])
    } else {
      expect(status).toBe(200)
    }
  })

  it.each(commands.filter(({ needsToken, hasToken }) => needsToken && !hasToken))(
    'is answered with the header it leaves out: $section',
    async ({ section, command }) => {
      const { status, body } = await run(await emulate(seed), command, ['-H', bearer])
      expect(status).toBe(section === 'Create a New Organization' ? 201 : 200)
      expect(JSON.parse(body)).toEqual(expect.any(Object))
    },
  )

  it('is one of 22', () => {
    expect(commands).toHaveLength(22)
  })
})

const bearer = 'Authorization: Bearer <ACCESS_TOKEN>'

const execute = promisify(execFile)

/** Has a shell run a command of which nothing but placeholders and spelling was changed. */
async function run(emulator: Emulator, command: string, more: readonly string[] = []) {
  const added = more.map((word) => `'${word}'`).join(' ')
  const script = await filled(emulator, `${mended(command)} ${added}`)
  const { stdout } = await execute('bash', [
    '-c',
    `curl() { command curl -sw '\n%{http_code}' "$@"; }\n${script}`,
  ])
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) }
}

/**
 * The reference breaks lines within a URL, has spaces in one, a prompt before one command, and no
 * space before the backslash of some lines.
 */
function mended(command: string): string {
  return command
    .replace(/^\$ /, '')
    .replace(/\n(?=[?&])/g, '')
    .replaceAll('openid email profile', 'openid%20email%20profile')
    .replaceAll("'\\\n", "' \\\n")
}

async function filled(emulator: Emulator, command: string): Promise<string> {
  const { url, options, organizations } = emulator
  const { connection, directory } = organizations[0]!
  const values: readonly (readonly [RegExp, string])[] = [
    [/https:\/\/(?:\$env_url|<\w+>|\{\w+\})/gi, url],
    [/skc_<client_id>/, options.clientId],
    [/test_<client_secret>/, options.clientSecret],
    [/jhasd72/, command.includes('jhasd72') ? await sampleCode(emulator) : ''],
    [/(?<=\/connections\/)\{id\}/, connection!.id],
    [/[{<]directory_id[}>]/, directory!.id],
    [/[{<](?:id|organizations?_id)[}>]/, acmeId],
    [/[{<](?:SCALEKIT_)?ACCESS_TOKEN[}>]/i, await clientToken(emulator)],
  ]
  return values.reduce((text, [placeholder, value]) => text.replace(placeholder, value), command)
}

function sampleCode(emulator: Emulator): Promise<string> {
  return codeFor(emulator, {
    redirect_uri: seed.redirectUris[0]!,
    organization_id: acmeId,
    code_challenge: undefined,
    code_challenge_method: undefined,
  })
}
