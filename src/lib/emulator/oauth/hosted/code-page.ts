import { html } from '../../../ground/html.ts'
import type { Answer } from '../../server/call.ts'
import { field, hostedForm } from './form.ts'

/** The one that every email would hold, if the emulator sent any. Scalekit's test users have it, too. */
export const emailedCode = '424242'

/** Asks for the code of an email. */
export function codePage(id: string, email: string, problem?: string): Answer {
  return hostedForm(id, {
    title: 'Check your email',
    lead: html`Enter the code for ${email}. The emulator sends no email: the code is <strong>${emailedCode}</strong>.`,
    fields: html`${field('code', 'Code', { value: emailedCode, inputmode: 'numeric', autocomplete: 'one-time-code' })}`,
    problem,
    submit: 'Continue',
  })
}
