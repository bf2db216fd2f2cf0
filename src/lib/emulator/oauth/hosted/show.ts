import { randomSecret } from '../../format/ids.ts'
import type { Answer } from '../../server/call.ts'
import type { PendingSignIn, State } from '../../state/state.ts'
import { domainsOf, hasHostedAccounts } from '../place.ts'
import { hostedPage, signInPage } from '../sign-in-page.ts'
import { codePage } from './code-page.ts'
import { organizationPage } from './organization-page.ts'
import { signUpPage } from './sign-up-page.ts'

/** The values that a page is filled in with. */
export interface Shown {
  /** The value that was entered before. */
  readonly email?: string | undefined
  readonly name?: string
  readonly organization?: string
  /** The problem with the values, in a sentence. */
  readonly problem?: string
  /** The names of the fields that the problem is about. */
  readonly invalid?: readonly string[]
}

/** Shows the page of a step, and waits for its form. */
export function show(
  state: State,
  pending: PendingSignIn,
  shown: Shown = {},
  id: string = randomSecret(),
): Answer {
  state.pending.set(id, pending)
  const { step } = pending
  switch (step.kind) {
    case 'provider':
      return signInPage(id, step.place, shown.email)
    case 'email':
      return hostedPage(state, id, {
        domains: domainsOf(state.settings),
        email: shown.email,
        hasAccounts: hasHostedAccounts(state.settings),
        ...(step.place && { name: step.place.name }),
        ...(shown.problem !== undefined && { problem: shown.problem }),
      })
    case 'code':
      return codePage(state, id, step.email, shown.problem)
    case 'organization':
      return organizationPage(state, id, step.user)
    case 'sign-up':
      return signUpPage(state, id, shown)
  }
}
