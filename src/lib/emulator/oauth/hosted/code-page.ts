import { html } from '../../../ground/html.ts'
import type { Answer } from '../../server/call.ts'
import type { State } from '../../state/state.ts'
import { field, hostedForm } from './form.ts'

/** The code of every email, which the emulator does not send. Scalekit's test users have it, too. */
export const emailedCode = '424242'

/** Asks for the code of an email. */
export function codePage(state: State, id: string, email: string, problem?: string): Answer {
  return hostedForm(state, id, {
    title: 'Check your email',
    lead: html`Enter the code for ${email}. The emulator sends no email: the code is <strong>${emailedCode}</strong>.`,
    fields: field('code', 'Code', {
      value: emailedCode,
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
      isInvalid: problem !== undefined,
      isFirst: true,
    }),
    problem,
    submit: 'Continue',
    others: html`<button name="step" value="email" formnovalidate>Use another email address</button>`,
  })
}
