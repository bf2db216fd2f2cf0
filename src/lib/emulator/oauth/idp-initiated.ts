import { homeLink, problemPage } from '../pages/page.ts'
import { type Answer, type Call, redirect } from '../server/call.ts'
import { nowSeconds, type State } from '../state/state.ts'
import { type EmulatedOrganization, isUsable } from '../world/organizations.ts'

/**
 * The target of the home page's links. Scalekit has no such address; there, a SAML response begins
 * the sign-in.
 */
export const idpInitiatedPath = '/emulator/idp-initiated'

/** Validity of the token in seconds, as in Scalekit's sample. */
const tokenSeconds = 300

/** The person who begins the sign-in, and the relay state configured in their portal. */
export interface IdpInitiatedLogin {
  readonly email: string
  /** Default: the first organization in which this person can sign in. */
  readonly organizationId?: string
  readonly relayState?: string
}

/** The URL of a link on the home page. */
export function idpInitiatedUrl(who: Required<Omit<IdpInitiatedLogin, 'relayState'>>): string {
  const { email, organizationId } = who
  return `${idpInitiatedPath}?${new URLSearchParams({ organization_id: organizationId, email })}`
}

/** Redirects the browser from a portal to the application. */
export async function idpInitiated(state: State, { query }: Call): Promise<Answer> {
  const [email, organizationId] = [query.get('email') ?? '', query.get('organization_id')]
  const relayState = query.get('relay_state')
  try {
    const location = await idpInitiatedLogin(state, {
      email,
      ...(organizationId !== null && { organizationId }),
      ...(relayState !== null && { relayState }),
    })
    return redirect(location, {})
  } catch (error) {
    return problemPage('No user can sign in like this', `${(error as Error).message}.`, homeLink)
  }
}

/** @returns the URL to which the browser is redirected */
export async function idpInitiatedLogin(state: State, who: IdpInitiatedLogin): Promise<string> {
  const { id, connection } = findOrganization(state, who)
  const now = nowSeconds(state)
  const claims = state.faults.distort('idpLogin', {
    organization_id: id,
    connection_id: connection.id,
    login_hint: who.email,
    ...(who.relayState !== undefined && { relay_state: who.relayState }),
    iss: state.issuer,
    iat: now,
    nbf: now,
    exp: now + tokenSeconds,
  })
  const url = new URL(state.settings.initiateLoginUri)
  url.searchParams.set('idp_initiated_login', await state.keys.sign(claims))
  return url.href
}

function findOrganization(
  { settings }: State,
  { email, organizationId }: IdpInitiatedLogin,
): EmulatedOrganization & Required<Pick<EmulatedOrganization, 'connection'>> {
  const found = settings.organizations.find(
    ({ id, people, connection }) =>
      (organizationId === undefined || id === organizationId) &&
      connection !== undefined &&
      isUsable(connection) &&
      people.some((person) => person.email === email),
  )
  if (!found?.connection) {
    throw new Error(`No organization with a usable connection has a person ${email}`)
  }
  return { ...found, connection: found.connection }
}
