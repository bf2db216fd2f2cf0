import { expect } from 'vitest'
import type { Emulator, EmulatorSeed } from '../../../../src/testing.ts'
import { exchangeOf, recordingFetch } from '../../../support/api-exchanges.ts'
import { shapeProblems } from '../../../support/api-shapes.ts'
import { emulate } from '../emulate.ts'

export const acmeId = 'org_69615647365005430'
export const globexId = 'org_70087756662964366'

/** What the management API answered; a test looks into the body with matchers. */
export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** Calls the management API with a token of the application itself. */
export type Api = (request: string, body?: unknown) => Promise<ApiAnswer>

/** An emulator and its API: `api('GET /organizations')`. */
export async function emulateApi(seed?: EmulatorSeed): Promise<{ emulator: Emulator; api: Api }> {
  const emulator = await emulate(seed)
  return { emulator, api: await apiOf(emulator) }
}

export async function apiOf(emulator: Emulator): Promise<Api> {
  const token = await clientToken(emulator)
  return (request, body) => ask(emulator, request, { authorization: `Bearer ${token}` }, body)
}

/** One call with the headers a test is about. Its answer has the shape it has at Scalekit. */
export async function ask(
  { url }: Emulator,
  request: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
): Promise<ApiAnswer> {
  const [method = '', path = ''] = request.split(' ')
  const { fetch, exchanges } = recordingFetch()
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  expect(exchanges.map(exchangeOf).flatMap(shapeProblems)).toEqual([])
  return { status: answer.status, body: await answer.json() }
}

export async function clientToken({ url, options }: Emulator): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: options.clientId,
      client_secret: options.clientSecret,
    }),
  })
  return (await answer.json()).access_token
}

/** The organization that an answer is about. */
export function organizationIn({ body }: ApiAnswer): Readonly<Record<string, unknown>> {
  return (body as { organization: Readonly<Record<string, unknown>> }).organization
}

/** The names of what a list holds. */
export function namesIn({ body }: ApiAnswer): readonly unknown[] {
  const { organizations } = body as { organizations: readonly { display_name: unknown }[] }
  return organizations.map(({ display_name }) => display_name)
}
