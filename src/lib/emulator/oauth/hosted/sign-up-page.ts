import { html } from '../../../ground/html.ts'
import type { Answer } from '../../server/call.ts'
import type { State } from '../../state/state.ts'
import { field, hostedForm } from './form.ts'

export interface SignUpForm {
  readonly email?: string | undefined
  readonly name?: string
  readonly organization?: string
  readonly problem?: string
  /** The names of the fields that the problem is about. The first of them gets the focus. */
  readonly invalid?: readonly string[]
}

/** The page that creates an account and its organization. */
export function signUpPage(state: State, id: string, form: SignUpForm): Answer {
  const { email, name, organization, problem, invalid = [] } = form
  const [focused = 'email'] = invalid
  const marks = (field: string) => ({
    isInvalid: invalid.includes(field),
    isFirst: field === focused,
  })
  return hostedForm(state, id, {
    title: 'Create an account',
    lead: 'You become the administrator of a new organization.',
    fields: html`${field('email', 'Email address', { type: 'email', value: email, autocomplete: 'username', ...marks('email') })}
${field('name', 'Your name', { value: name, autocomplete: 'name', ...marks('name') })}
${field('organization', 'Organization', { value: organization, autocomplete: 'organization', ...marks('organization') })}`,
    problem,
    submit: 'Create account',
    others: html`<button name="step" value="email" formnovalidate>Sign in instead</button>`,
  })
}
