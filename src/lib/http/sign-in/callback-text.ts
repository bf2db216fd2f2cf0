import { type PossibleFields, plainOrQuoted, quote } from '../../ground/log.ts'
import type { Identity, Json, Pins, Tokens } from '../../ground/types.ts'
import { protocolClaims } from '../../oidc/kept-claims.ts'
import type { CallbackAnswer } from './callback-answer.ts'

/** Describes the redirect back from Scalekit for the log. */
export function answerText({ error }: CallbackAnswer): string {
  return error === undefined ? 'a code' : `the error ${quote(error)}`
}

/** Lists the tokens and the lifetime of the access token for the log. */
export function tokensText({ accessTokenExpiresAt, refreshToken }: Tokens, now: number): string {
  const lifetime =
    accessTokenExpiresAt === undefined
      ? ''
      : ` for ${Math.round((accessTokenExpiresAt - now) / 1000)} s`
  return `access token${lifetime}, ID token${refreshToken === undefined ? '' : ', refresh token'}`
}

type Who = Pick<Identity, 'sub' | 'organizationId'>

/** The user who signed in and the organization, as log fields. */
export function whoFields({ sub, organizationId }: Who): PossibleFields {
  return { userId: sub, organizationId }
}

/** The user who signed in and the organization, as a part of a sentence. */
export function whoText({ sub, organizationId }: Who): string {
  const user = `user ${plainOrQuoted(sub)}`
  return organizationId === undefined
    ? `${user}, no organization`
    : `${user}, organization ${plainOrQuoted(organizationId)}`
}

/** Claims that a session has under other names. */
const shownElsewhere = [
  ...protocolClaims,
  ...['email', 'email_verified', 'roles', 'permissions', 'scope', 'scopes', 'custom_claims'],
]

/**
 * Lists the names of the claims that the session keeps, and of those that it drops, for the log.
 */
export function claimsText(all: Json, kept: Json): string {
  const dropped = Object.keys(all).filter(
    (name) => !Object.hasOwn(kept, name) && !shownElsewhere.includes(name),
  )
  const keptText = `claims kept: ${namesText(Object.keys(kept))}`
  if (dropped.length === 0) return keptText
  return `${keptText}; not kept, as \`session.claims\` does not name them: ${namesText(dropped)}`
}

function namesText(names: readonly string[]): string {
  return names.map(plainOrQuoted).join(', ') || 'none'
}

/** Lists the kinds of pins with which the tokens agreed, for the log. */
export function pinsText(pins: Pins): string {
  const { connectionId, externalOrganizationId: organizationId = pins.organizationId } = pins
  const held = [
    ...(connectionId === undefined ? [] : ['connection']),
    ...(organizationId === undefined ? [] : ['organization']),
  ]
  return held.length === 0 ? 'nothing was pinned' : `pins held: ${held.join(', ')}`
}
