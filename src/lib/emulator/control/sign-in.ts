import { randomBytes } from 'node:crypto'
import { sha256 } from '../../ground/bytes.ts'
import { authorize } from '../oauth/authorize.ts'
import { emailedCode } from '../oauth/hosted/code-page.ts'
import { signInPath } from '../oauth/hosted/form.ts'
import { signIn as finishPage } from '../oauth/sign-in.ts'
import type { Answer, Call } from '../server/call.ts'
import type { SignInStep, State } from '../state/state.ts'
import { membershipsOf } from '../world/memberships.ts'
import { ControlError } from './control-error.ts'

/** Selects the sign-in that a person completes. */
export interface HostedSignInOptions {
  /**
   * The URL to which the application redirected the browser, `…/oauth/authorize?…`. Default: a
   * request that the emulator creates, with PKCE.
   */
  readonly authorizationUrl?: string
  /** For a request that the emulator creates. Default: the first registered redirect URI. */
  readonly redirectUri?: string
  /** For a request that the emulator creates: `org_…`. Default: the person's first organization. */
  readonly organizationId?: string
}

/** The result for the browser. */
export interface FinishedSignIn {
  /** Where it is redirected: the redirect URI with `code` and `state`, or with `error`. */
  readonly location: string
  /** The code in `location`, unless the sign-in failed. */
  readonly code?: string
  /** The code verifier for the code, if the emulator created the request. */
  readonly codeVerifier?: string
  /** The reason of a failed sign-in, as in `location`. */
  readonly error?: string
  /** The cookie of the session at the emulator, `name=value`; with the product `full-stack`. */
  readonly cookie?: string
}

/** Signs a person in as the hosted pages do, without the pages. */
export async function signInAs(
  state: State,
  email: string,
  options: HostedSignInOptions = {},
): Promise<FinishedSignIn> {
  const codeVerifier = randomBytes(32).toString('base64url')
  const isOwn = options.authorizationUrl === undefined
  const url = options.authorizationUrl ?? ownRequest(state, email, options, codeVerifier)
  const answer = await finish(state, email, authorizeQuery(state, url))
  const { location } = answer.headers
  if (location === undefined) {
    throw new ControlError('invalid_request', answer.problem ?? 'This sign-in cannot be finished')
  }
  const { searchParams } = new URL(location)
  const [code, error] = [searchParams.get('code'), searchParams.get('error')]
  const [cookie] = (answer.headers['set-cookie'] ?? '').split(';')
  return {
    location,
    ...(code !== null && { code, ...(isOwn && { codeVerifier }) }),
    ...(error !== null && { error }),
    ...(cookie && { cookie }),
  }
}

/** Follows the pages of the sign-in and fills each in, as the person would. */
async function finish(state: State, email: string, query: URLSearchParams): Promise<Answer> {
  const before = new Set(state.pending.keys())
  let answer = await authorize(state, callOf('GET', '/oauth/authorize', { query }))
  for (;;) {
    const request = [...state.pending.keys()].find((id) => !before.has(id))
    if (request === undefined) return answer
    const { step } = state.pending.get(request)!
    const filled = fieldsFor(state, step, email, query.get('organization_id'))
    // Each page is filled in once. If it returns, this person cannot pass it.
    if (filled === undefined || answer.problem !== undefined) {
      state.pending.delete(request)
      throw new ControlError('not_found', answer.problem ?? `There is no person ${email}`)
    }
    const form = new URLSearchParams({ request, ...filled })
    answer = await finishPage(state, callOf('POST', signInPath, { form }))
    if (state.pending.get(request)?.step === step) {
      state.pending.delete(request)
      throw new ControlError('not_found', `There is no person ${email}`)
    }
  }
}

/** Returns the form values for a page; nothing if this person has none. */
function fieldsFor(
  { settings }: State,
  step: SignInStep,
  email: string,
  organizationId: string | null,
): Record<string, string> | undefined {
  switch (step.kind) {
    case 'email':
      return { email }
    case 'code':
      return { code: emailedCode }
    case 'provider': {
      const person = step.place.people.find((candidate) => candidate.email === email)
      return person && { person: person.id }
    }
    case 'organization': {
      const [first] = membershipsOf(settings, step.user.email)
      const organization = organizationId ?? first?.organization.id
      return organization === undefined ? undefined : { organization }
    }
    case 'sign-up':
      return undefined
  }
}

function ownRequest(
  { issuer, settings }: State,
  email: string,
  { redirectUri = settings.redirectUris[0] ?? '', organizationId }: HostedSignInOptions,
  codeVerifier: string,
): string {
  const home = settings.organizations.find(({ people }) =>
    people.some((person) => person.email === email),
  )
  const organization = organizationId ?? home?.id
  const query = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email profile',
    login_hint: email,
    code_challenge: sha256(codeVerifier).toString('base64url'),
    code_challenge_method: 'S256',
    ...(organization !== undefined && { organization_id: organization }),
  })
  return `${issuer}/oauth/authorize?${query}`
}

function authorizeQuery({ issuer }: State, url: string): URLSearchParams {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.pathname === '/oauth/authorize') return parsed.searchParams
  throw new ControlError(
    'invalid_request',
    `\`authorizationUrl\` must begin with ${issuer}/oauth/authorize`,
  )
}

function callOf(method: string, path: string, given: Partial<Pick<Call, 'query' | 'form'>>): Call {
  const nothing = new URLSearchParams()
  return { method, path, query: nothing, form: nothing, body: '', headers: {}, ...given }
}
