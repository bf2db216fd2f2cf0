import { randomSecret } from '../../format/ids.ts'
import type { Answer } from '../../server/call.ts'
import type { PendingSignIn, State } from '../../state/state.ts'
import { domainsOf, hasHostedAccounts } from '../place.ts'
import { hostedPage, signInPage } from '../sign-in-page.ts'
import { codePage } from './code-page.ts'
import { organizationPage } from './organization-page.ts'
import { signUpPage } from './sign-up-page.ts'

/** What a page shows beside its questions. */
export interface Shown {
  /** What was entered so far, by the names of the fields. */
  readonly email?: string | undefined
  readonly name?: string
  readonly organization?: string
  /** What is wrong with it. */
  readonly problem?: string
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
      return hostedPage(id, {
        domains: domainsOf(state.settings),
        email: shown.email,
        hasAccounts: hasHostedAccounts(state.settings),
        ...(step.place && { name: step.place.name }),
        ...(shown.problem !== undefined && { problem: shown.problem }),
      })
    case 'code':
      return codePage(id, step.email, shown.problem)
    case 'organization':
      return organizationPage(state, id, step.user)
    case 'sign-up':
      return signUpPage(id, shown)
  }
}
