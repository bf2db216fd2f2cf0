import type { Answer, Call } from '../../server/call.ts'
import type { PendingSignIn, Place, State } from '../../state/state.ts'
import { passwordless } from '../place.ts'
import { emailedCode } from './code-page.ts'
import { chooseOrganization } from './organization.ts'
import { show } from './show.ts'

/** Checks the code of an email. The emulator sends none: the code is always the same. */
export function takeCode(
  state: State,
  call: Call,
  pending: PendingSignIn,
  { email, place }: { readonly email: string; readonly place?: Place },
): Answer | Promise<Answer> {
  if (call.form.get('code')?.trim() !== emailedCode) {
    return show(state, pending, { problem: `This code is wrong. The code is ${emailedCode}.` })
  }
  const user = { email, connection: passwordless }
  return chooseOrganization(state, call, pending, user, place?.organization)
}
