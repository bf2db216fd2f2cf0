import type { IncomingMessage } from 'node:http'
import {
  authorityAtSignIn,
  authorityOf,
  isFixed,
  type SettledIdentity,
  type SignInFacts,
} from '../../auth/authority.ts'
import type { Identity } from '../../ground/types.ts'
import type { Instance } from '../instance/instance.ts'
import { storeTimeOf } from './redeem.ts'
import { tellSignIn } from './sign-in-log.ts'

/** Adds the user's authority to the identity that the session keeps. */
export async function settleAuthority(
  instance: Instance,
  known: Identity,
  facts: Pick<SignInFacts, 'decision' | 'tokens'>,
  req: IncomingMessage,
): Promise<SettledIdentity> {
  const { clock, config, informOnce } = instance
  const { claims: claimNames, absoluteSeconds } = config.session
  const storeTime = () => storeTimeOf(instance).earliest
  const rules = { ...config.authorization, claimNames }
  const settled = await authorityAtSignIn(known, { ...facts, now: clock(), storeTime }, rules)
  if (rules.resolve) tellSignIn(instance, req, 'authorization.resolve answered')
  const ofSession = authorityOf(settled.identity, claimNames)
  if (isFixed(ofSession)) informOnce(fixedText(absoluteSeconds))
  return settled
}

function fixedText(absoluteSeconds: number): string {
  return `authority_fixed: the roles, permissions, scopes and claims of a session stay as at its sign-in, for up to ${absoluteSeconds} seconds (\`session.absoluteSeconds\`). To have them renewed, set \`authorization.resolve\`, or add "offline_access" to \`scopes\``
}
