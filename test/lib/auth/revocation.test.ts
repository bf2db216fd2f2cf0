import { describe, expect, it } from 'vitest'
import {
  type RevocationTarget,
  revocationKey,
  sessionRevocation,
} from '../../../src/lib/auth/revocation.ts'
import { replicateRevocations } from '../../../src/lib/auth/revocations-replica.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { memoryStore } from '../../../src/lib/state/memory-store.ts'
import { ada, now, settableClock } from '../identities.ts'

const iss = ada().iss
const full = ada({ sid: 'ses_1', idpUserId: '00u-ada' })

/** Whether a session is over after a revocation on these people. */
async function isDeadAfter(target: RevocationTarget, identity: Identity, issuer = iss) {
  const { revocations, replica } = local()
  await revocations.write([
    { key: revocationKey(issuer, target), notBefore: now, expiresAt: now + 1000 },
  ])
  return replica.isDead(identity)
}

describe('a revocation', () => {
  it.each<[string, RevocationTarget]>([
    ['the session', { sessionId: full.sessionId }],
    ['the session at Scalekit', { sid: 'ses_1' }],
    ['the person', { sub: full.sub }],
    ['the person in the organization', { organizationId: 'org_1', sub: full.sub }],
    ['the address in the organization', { organizationId: 'org_1', email: 'ADA@acme.example' }],
    ['the id at the identity provider', { organizationId: 'org_1', idpUserId: '00u-ada' }],
    ['the organization', { organizationId: 'org_1' }],
  ])('on %s ends the session', async (_what, target) => {
    expect(await isDeadAfter(target, full)).toBe(true)
    expect(await isDeadAfter(target, full, 'https://other.example')).toBe(false)
  })

  it('is about nobody else whose names only read alike in a row', async () => {
    const member = { organizationId: 'org_1', sub: '23' }
    const other = ada({ organizationId: 'org_12', sub: '3' })
    expect(await isDeadAfter(member, other)).toBe(false)
    const longer = ada({ iss: 'https://a.example', organizationId: 'org_1' })
    expect(await isDeadAfter({ organizationId: 'eorg_1' }, longer, 'https://a.exampl')).toBe(false)
  })

  it('on an address ends the session of whoever has it in another case', async () => {
    const target = { organizationId: 'org_1', email: 'ada@acme.example' }
    expect(await isDeadAfter(target, ada({ ...full, email: 'Ada@Acme.Example' }))).toBe(true)
  })

  it.each<[string, RevocationTarget]>([
    ['another session', { sessionId: 'other' }],
    ['another session at Scalekit', { sid: 'ses_2' }],
    ['another person', { sub: 'other' }],
    ['the person in another organization', { organizationId: 'org_2', sub: full.sub }],
    ['the address in another organization', { organizationId: 'org_2', email: full.email! }],
    ['the id in another organization', { organizationId: 'org_2', idpUserId: '00u-ada' }],
    ['another organization', { organizationId: 'org_2' }],
    ['a person by the id of the session', { sub: full.sessionId }],
    ['a session by the id of the person', { sessionId: full.sub }],
    ['an address by the subject', { organizationId: 'org_1', email: full.sub }],
    ['an id by the address', { organizationId: 'org_1', idpUserId: full.email! }],
  ])('on %s leaves it alone', async (_what, target) => {
    expect(await isDeadAfter(target, full)).toBe(false)
  })

  it('on an organization leaves those alone who are in none', async () => {
    const { organizationId: _none, ...identity } = full
    expect(await isDeadAfter({ organizationId: 'org_1' }, identity)).toBe(false)
  })
})

describe('sessionRevocation', () => {
  it('ends the session it was made for', async () => {
    const { revocations, replica } = local()
    await revocations.write([sessionRevocation(ada(), now)])
    expect(replica.isDead(ada())).toBe(true)
  })

  it('ends no other session', async () => {
    const { revocations, replica } = local()
    await revocations.write([sessionRevocation(ada(), now)])
    expect(replica.isDead(ada({ sessionId: 'another' }))).toBe(false)
  })

  it('ends a session that began on a machine whose clock is ahead of ours', async () => {
    const { revocations, replica } = local()
    const ahead = ada({ startedAt: now + 20_000 })
    await revocations.write([sessionRevocation(ahead, now)])
    expect(replica.isDead(ahead)).toBe(true)
  })

  it('lasts longer than the session could', () => {
    expect(sessionRevocation(ada(), now).expiresAt).toBeGreaterThan(ada().absoluteExpiresAt)
  })
})

function local() {
  const { clock } = settableClock()
  const { revocations } = memoryStore({ clock })
  return { revocations, replica: replicateRevocations(revocations, { clock, maxLagMs: 1000 }) }
}
