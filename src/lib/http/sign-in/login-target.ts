import { LoginError } from '../../ground/errors.ts'
import { isObject } from '../../ground/is-object.ts'
import { quote } from '../../ground/log.ts'
import type { LoginRequest } from '../../ground/types.ts'
import { areSendable, mayBeAdded } from '../../oidc/own-parameters.ts'
import { singleParameter } from '../request/single-parameter.ts'

/**
 * The query of `/login`: the parameters of a sign-in, those that other sites add when they begin
 * one, and those that the kit sets on its own redirects.
 *
 * @see OpenID Connect Core 1.0, section 4
 */
export interface LoginQuery extends Omit<LoginRequest, 'parameters'> {
  /** The application's parameters, sealed. */
  readonly parameters?: string
  /** The URL to return to after the sign-in. */
  readonly targetLinkUri?: string
  /** `1` if the callback redirected the browser here because the transaction was lost. */
  readonly restart?: string
  /** Proves that the user was asked and agreed to replace their session. */
  readonly confirm?: string
}

/** Scalekit's names of the parameters, which `/login` accepts. */
const names: { readonly [Name in keyof LoginQuery]-?: string } = {
  connectionId: 'connection_id',
  organizationId: 'organization_id',
  domain: 'domain',
  provider: 'provider',
  loginHint: 'login_hint',
  prompt: 'prompt',
  allowAnonymous: 'allow_anonymous',
  uiLocales: 'ui_locales',
  acrValues: 'acr_values',
  parameters: 'parameters',
  returnTo: 'return_to',
  targetLinkUri: 'target_link_uri',
  restart: 'restart',
  confirm: 'confirm',
}

const loginHintForm = /^[^\p{Cc}\p{Z}<>"]{1,254}$/u

/** Whether a login hint can be sent to Scalekit. */
export function isLoginHint(value: string): boolean {
  return loginHintForm.test(value)
}

const domainForm = /^(?=.{3,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/i

/** The local part may only have RFC 5321's plain atoms: nothing in quotes, ASCII only. */
const addressForm = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@([a-z0-9.-]+)$/i

/**
 * Returns the domain of an email address in lower case. Returns `undefined` for an address that two
 * readers could place at different domains.
 */
export function domainOfEmail(address: string): string | undefined {
  const domain = isLoginHint(address) ? addressForm.exec(address)?.[1] : undefined
  return domain !== undefined && domainForm.test(domain) ? domain.toLowerCase() : undefined
}

const prompts = ['login', 'create', 'select_account', 'none', 'consent']

/** Whether the `prompt` of a request contains this value. */
export function hasPrompt({ prompt = '' }: LoginRequest, wanted: string): boolean {
  return prompt.split(' ').includes(wanted)
}

/** The form of each value. The length is limited first, so that no long value is matched. */
const grammar: { readonly [Name in keyof LoginRequest]?: RegExp } = {
  connectionId: /^[\w.-]{1,64}$/,
  // Scalekit's API accepts any string as an external id. The id becomes part of an API path, where
  // dots between slashes change the path. This holds even for encoded slashes if a proxy on the way
  // decodes them.
  organizationId: /^(?!(.*\/)?\.{1,2}(\/|$))[^\p{Cc}\p{Cs}]{1,512}$/u,
  domain: domainForm,
  provider: /^[a-z]{1,32}$/,
  loginHint: loginHintForm,
  uiLocales: /^[\w-]{1,35}( [\w-]{1,35}){0,9}$/,
  acrValues: /^[!-~]{1,200}( [!-~]{1,200}){0,9}$/,
}

/** An external id is stored in the cookie of 4 kB, together with the path to return to. */
const maxIdBytes = 512

function jsonBytes(value = ''): number {
  return Buffer.byteLength(JSON.stringify(value)) - 2
}

/** The expected form that the error names for a malformed value. */
const expectedForms: { readonly [Name in keyof LoginRequest]?: string } = {
  connectionId: 'conn_…',
  organizationId: 'org_… or your external id',
  domain: 'a domain such as acme.example',
  provider: 'a name such as google',
  loginHint: 'an email address',
  prompt: `${prompts.join(', ')}, and \`none\` alone`,
  allowAnonymous: 'it together with prompt=none',
  uiLocales: 'language tags with spaces between, such as "de en"',
  acrValues: 'values with spaces between',
  parameters: 'at most 20 strings of 1 to 2048 characters by their names',
}

/**
 * Reads the query of `/login`. Unknown parameters are ignored.
 *
 * @throws {@link LoginError} `parameter_invalid` or `ambiguous_target`
 */
export function readLoginQuery(query: URLSearchParams): LoginQuery {
  const request: Record<string, string> = {}
  for (const [name, parameter] of Object.entries(names)) {
    const value = singleParameter(query, parameter, repeated)
    if (value) request[name] = value
  }
  const { allowAnonymous, ...texts } = request
  return allowAnonymous === '1' ? { ...texts, allowAnonymous: true } : texts
}

/** The parameters that {@link usableIn} reads. */
const usable = [
  'connectionId',
  'organizationId',
  'domain',
  'provider',
  'loginHint',
  'prompt',
  'uiLocales',
  'acrValues',
] as const satisfies readonly (keyof LoginRequest)[]

/**
 * Reads a query of `/login` that may be wrong: only parameters that are well-formed and appear once.
 * They may still exclude each other.
 */
export function usableIn(
  query: URLSearchParams,
  allowedProviders: readonly string[],
): Omit<LoginRequest, 'returnTo' | 'parameters'> {
  const entries = usable.flatMap((name) => {
    const [value, ...more] = query.getAll(names[name])
    const isUsable = value && more.length === 0 && isWellFormed({ [name]: value }, allowedProviders)
    return isUsable ? [[name, value]] : []
  })
  const request: LoginRequest = Object.fromEntries(entries)
  const isAnonymous = request.prompt === 'none' && query.get(names.allowAnonymous) === '1'
  return isAnonymous ? { ...request, allowAnonymous: true } : request
}

function isWellFormed(request: LoginRequest, allowedProviders: readonly string[]): boolean {
  try {
    checkLoginRequest(request, allowedProviders)
    return true
  } catch {
    return false
  }
}

/** Returns the parameters for another request to `/login`, by Scalekit's names. */
export function fieldsOf(
  query: { readonly [Name in keyof LoginQuery]: LoginQuery[Name] | undefined },
): Record<string, string> {
  const present = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== false,
  )
  return Object.fromEntries(
    present.map(([name, value]) => [
      names[name as keyof LoginQuery],
      value === true ? '1' : String(value),
    ]),
  )
}

function repeated(parameter: string): LoginError {
  const isTarget = ['connection_id', 'organization_id', 'domain', 'provider'].includes(parameter)
  return new LoginError(
    isTarget ? 'ambiguous_target' : 'parameter_invalid',
    `${parameter} appears more than once`,
  )
}

/**
 * Refuses a sign-in that an issuer other than the environment's begins.
 *
 * @throws {@link LoginError} `parameter_invalid`
 */
export function assertOurIssuer(query: URLSearchParams, issuer: string): void {
  if (query.getAll('iss').some((given) => given !== issuer)) {
    throw new LoginError('parameter_invalid', 'iss is not the issuer of this environment')
  }
}

/**
 * Refuses a malformed value, and a social provider that is combined with another target, because it
 * would bypass the organization's single sign-on. An organization may be combined with its
 * connection and its domain.
 *
 * @throws {@link LoginError} `parameter_invalid`, `ambiguous_target` or `provider_not_allowed`
 */
export function checkLoginRequest(
  request: LoginRequest,
  allowedProviders: readonly string[],
): LoginRequest {
  const said = whatIsSaid(request)
  const { domain, provider } = said
  for (const [name, pattern] of Object.entries(grammar) as [keyof LoginRequest, RegExp][]) {
    const value: unknown = said[name]
    if (value !== undefined && !(typeof value === 'string' && pattern.test(value))) {
      throw invalid(name)
    }
  }
  if (jsonBytes(said.organizationId) > maxIdBytes) throw invalid('organizationId')
  assertPrompt(said)
  assertParameters(said.parameters)
  if (provider !== undefined) assertProvider(provider, said, allowedProviders)
  // Only after the check: in lower case, a Kelvin sign becomes the ASCII letter k.
  return domain === undefined ? said : { ...said, domain: domain.toLowerCase() }
}

function assertParameters(parameters: unknown = {}): void {
  if (!isObject(parameters)) throw invalid('parameters')
  const refused = Object.keys(parameters).find((name) => !mayBeAdded(name))
  if (refused !== undefined) {
    throw new LoginError(
      'parameter_invalid',
      `${quote(refused)} cannot be one of the \`parameters\` of a sign-in`,
      { hint: 'The kit sends the parameters of the protocol itself.' },
    )
  }
  if (!areSendable(parameters)) throw invalid('parameters')
}

/** `none` cannot be combined with another value. @see OpenID Connect Core 3.1.2.1 */
function assertPrompt(request: LoginRequest): void {
  const { prompt, allowAnonymous = false } = request
  if (prompt !== undefined) {
    const values: readonly unknown[] = typeof prompt === 'string' ? prompt.split(' ') : [prompt]
    const isKnown = values.every((value) => (prompts as readonly unknown[]).includes(value))
    if (!isKnown || (values.includes('none') && values.length > 1)) throw invalid('prompt')
  }
  const isUsable = typeof allowAnonymous === 'boolean' && (!allowAnonymous || prompt === 'none')
  if (!isUsable) throw invalid('allowAnonymous')
}

/**
 * Removes members that are `undefined`: they would override the values of `login.resolve`. Refuses
 * an unknown name, e.g. `organization_id`: it would pin nothing, without an error.
 */
function whatIsSaid(request: LoginRequest): LoginRequest {
  const said = Object.entries(request).filter(([, value]) => value !== undefined)
  const unknown = said.find(([name]) => !Object.hasOwn(names, name))?.[0]
  if (unknown === undefined) return Object.fromEntries(said)
  throw new LoginError('parameter_invalid', `${quote(unknown)} is not a parameter of a sign-in`, {
    hint: 'Write the names in camelCase, as in { organizationId }.',
  })
}

function assertProvider(
  provider: string,
  { connectionId, organizationId, domain }: LoginRequest,
  allowedProviders: readonly string[],
): void {
  if (connectionId ?? organizationId ?? domain) {
    throw new LoginError('ambiguous_target', '`provider` cannot be combined with another target')
  }
  if (!allowedProviders.includes(provider)) {
    throw new LoginError(
      'provider_not_allowed',
      'This social provider is not in `login.providers`',
      {
        hint: 'Add it to `login.providers` to allow it.',
      },
    )
  }
}

function invalid(name: keyof LoginRequest): LoginError {
  const expected = name in expectedForms ? `: expected ${expectedForms[name]}` : ''
  return new LoginError('parameter_invalid', `${names[name]} is malformed${expected}`)
}
