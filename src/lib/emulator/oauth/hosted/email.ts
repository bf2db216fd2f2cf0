import type { Answer, Call } from '../../server/call.ts'
import type { PendingSignIn, Place, State } from '../../state/state.ts'
import { memberOf, membershipsOf } from '../../world/memberships.ts'
import { domainOfEmail } from '../../world/people.ts'
import { OAuthError } from '../oauth-error.ts'
import { hasHostedAccounts, isHosted, placeOfDomain, socialPlace } from '../place.ts'
import { type Shown, show } from './show.ts'

/** Handles the form of the hosted page: an email address, a social provider, or a new account. */
export function takeEmail(
  state: State,
  { form }: Call,
  id: string,
  pending: PendingSignIn,
  only: Place | undefined,
): Answer {
  const email = (form.get('email') ?? '').trim()
  const again = (problem: string) => show(state, pending, { email, problem }, id)
  const goOn = (step: PendingSignIn['step'], shown: Shown = { email }) =>
    show(state, { ...pending, step }, shown, id)
  try {
    if (hasHostedAccounts(state.settings)) {
      const provider = form.get('provider')
      if (provider) return goOn({ kind: 'provider', place: socialPlaceIn(state, provider, only) })
      if (form.get('step') === 'sign-up') return goOn({ kind: 'sign-up' })
    }
    const next = stepFor(state, email, only)
    return typeof next === 'string' ? again(next) : goOn(next)
  } catch (error) {
    if (error instanceof OAuthError) return again(`${error.message}.`)
    throw error
  }
}

/** A social provider, for the people of the one organization that may be signed in to. */
function socialPlaceIn({ settings }: State, provider: string, only: Place | undefined): Place {
  const place = socialPlace(settings, provider)
  if (!only?.organization) return place
  const isSocial = ({ email }: { readonly email: string }) =>
    place.people.some((person) => person.email === email)
  return { ...only, connection: place.connection, people: only.people.filter(isSocial) }
}

/** The next step for an email address, or the reason why there is none. */
function stepFor(
  { settings }: State,
  email: string,
  only: Place | undefined,
): PendingSignIn['step'] | string {
  const domain = domainOfEmail(email)
  if (only?.organization) {
    const isMember = settings.organizations.some(
      (organization) => organization.id === only.organization?.id && memberOf(organization, email),
    )
    return isMember ? { kind: 'code', email, place: only } : `${only.name} has no such member.`
  }
  const place = placeOfDomain(settings, domain ?? '')
  if (place && !isHosted(place)) return { kind: 'provider', place }
  if (!hasHostedAccounts(settings)) return 'No organization here has this domain.'
  if (domain === undefined) return 'Enter an email address such as ada@acme.example.'
  const isKnown = membershipsOf(settings, email).length > 0
  return isKnown ? { kind: 'code', email } : { kind: 'sign-up' }
}
