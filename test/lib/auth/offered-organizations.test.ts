import { it } from 'vitest'
import { offeredTo } from '../../../src/lib/auth/offered-organizations.ts'
import { signedIn } from '../../../src/lib/auth/principal.ts'
import { neverAnswered } from '../../support/never-answered.ts'
import { neverEnds } from '../../support/never-ends.ts'
import { ada } from '../identities.ts'

it('an application that never says which organizations to offer is not waited for', async () => {
  const principal = signedIn(ada(), false, {
    csrfToken: () => '',
    accessToken: async () => '',
    ended: neverEnds,
  })
  await neverAnswered(
    () => offeredTo(principal, () => new Promise(() => {})),
    'organizations_failed',
  )
})
