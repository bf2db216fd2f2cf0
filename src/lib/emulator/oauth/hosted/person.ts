import type { Answer, Call } from '../../server/call.ts'
import { isOpen } from '../../state/membership-status.ts'
import type { PendingSignIn, Place, State } from '../../state/state.ts'
import { membershipsOf } from '../../world/memberships.ts'
import { OAuthError } from '../oauth-error.ts'
import { enter } from './enter.ts'
import { show } from './show.ts'

/** Handles the form of an identity provider: the person who was chosen, or a failure. */
export function takePerson(
  state: State,
  call: Call,
  pending: PendingSignIn,
  place: Place,
): Answer | Promise<Answer> {
  const person = place.people.find(({ id }) => id === call.form.get('person'))
  if (!person) throw failure(call.form.get('failure'), place)
  const mustChoose = !place.organization && !person.refusal && hasChoice(state, pending, person)
  if (!mustChoose) return enter(state, call, pending, place, person)
  const user = { email: person.email, connection: place.connection }
  return show(state, { ...pending, step: { kind: 'organization', user } })
}

/** Whether a social account opens several organizations. */
function hasChoice(
  state: State,
  { request }: PendingSignIn,
  { email }: { readonly email: string },
): boolean {
  if (state.settings.product === 'sso') return false
  const memberships = membershipsOf(state.settings, email)
  const open = memberships.filter((membership) => isOpen(state, membership))
  return open.length > (request.prompts.includes('select_account') ? 0 : 1)
}

function failure(reason: string | null, { connection }: Place): OAuthError {
  if (reason === 'denied') return new OAuthError('access_denied', 'The sign-in was cancelled')
  return connection.type === 'SAML'
    ? new OAuthError(
        'invalid_saml_response',
        'The identity provider sent a response that is not valid',
      )
    : new OAuthError('failed_to_exchange_token', 'The identity provider did not exchange the code')
}
