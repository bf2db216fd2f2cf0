/** Parameters that the kit sends in an authorization request, and those that could replace them. */
const saidByKit = [
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
  ...['response_type', 'response_mode', 'redirect_uri', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'max_age', 'prompt', 'login_hint'],
  ...['ui_locales', 'acr_values', 'connection_id', 'organization_id', 'provider'],
  ...['domain', 'domain_hint', 'request', 'request_uri', 'registration'],
]

/** Other parameters with a meaning in a request or response of these protocols. */
const ofProtocols = [
  ...['display', 'claims_locales', 'claims', 'id_token_hint', 'resource', 'audience'],
  ...['authorization_details', 'dpop_jkt', 'code', 'iss', 'session_state', 'error'],
  ...['error_description', 'error_uri', 'access_token', 'token_type', 'expires_in'],
  ...['id_token', 'refresh_token', 'idp_initiated_login', 'relay_state'],
]

/** Parameters that `/login` reads itself. */
const ofLogin = [
  ...['return_to', 'target_link_uri', 'allow_anonymous', 'parameters'],
  ...['restart', 'confirm', 'redirected'],
]

const nameForm = /^[A-Za-z][\w.-]{0,63}$/
const setByKit: ReadonlySet<string> = new Set(saidByKit)
const known: ReadonlySet<string> = new Set([...saidByKit, ...ofProtocols, ...ofLogin])

/** Whether the application may add a parameter of this name to an authorization request. */
export function mayBeAdded(name: string): boolean {
  return nameForm.test(name) && !setByKit.has(name)
}

/** Whether a parameter of this name may be forwarded from a link to `/login`. */
export function mayBeForwarded(name: string): boolean {
  return nameForm.test(name) && !known.has(name)
}

const valueForm = /^\P{Cc}{1,2048}$/u
const mostParameters = 20

/** Whether further parameters can be sent: strings that fit into a URL. */
export function areSendable(parameters: Readonly<Record<string, unknown>>): boolean {
  const values = Object.values(parameters)
  return (
    values.length <= mostParameters &&
    values.every((value) => typeof value === 'string' && valueForm.test(value))
  )
}
