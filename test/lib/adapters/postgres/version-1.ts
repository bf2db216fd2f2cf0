import { expect } from 'vitest'
import type { PostgresStore } from '../../../../src/postgres.ts'
import { entry } from '../../identities.ts'
import { claim, hourMs, letter, revocation } from '../../state/use-all.ts'

/** The tables as they were made before their version was recorded. Never edit them. */
export function tablesOfVersion1(schema: string): string {
  return `
    create schema "${schema}";
    create table "${schema}".marks (
      id bigint generated always as identity primary key,
      key text not null,
      not_before float8 not null,
      expires_at float8 not null
    );
    create table "${schema}".used (key text primary key, expires_at float8 not null);
    create table "${schema}".tokens (
      session_id text primary key,
      tokens text not null,
      expires_at float8 not null
    );
    create table "${schema}".deliveries (
      delivery_id text primary key,
      body_hash text not null,
      previous_body_hash text,
      attempt integer not null,
      state text not null,
      owner text not null,
      lease_end float8 not null,
      expires_at float8 not null
    );
    create table "${schema}".dead_letters (
      delivery_id text primary key,
      failed_at float8 not null,
      letter text not null
    );
    create index marks_end on "${schema}".marks (expires_at);
    create index used_end on "${schema}".used (expires_at);
    create index tokens_end on "${schema}".tokens (expires_at);
    create index deliveries_end on "${schema}".deliveries (expires_at);
  `
}

/** In the year 2100. */
const later = 4_102_444_800_000

/** A row in every table, as that version wrote them. */
export function rowsOfVersion1(schema: string): string {
  return `
    insert into "${schema}".marks (key, not_before, expires_at)
      values ('session:old', 1767225600000, ${later});
    insert into "${schema}".used values ('transaction:old', ${later});
    insert into "${schema}".tokens
      values ('old', '{"accessToken":"access","idToken":"id"}', ${later});
    insert into "${schema}".deliveries values
      ('msg_done', 'hash', null, 2, 'done', 'me', 0, ${later}),
      ('msg_busy', 'hash', null, 1, 'claimed', 'me', ${later}, ${later});
    insert into "${schema}".dead_letters values ('msg_dead', 1,
      '{"deliveryId":"msg_dead","type":"x","body":"{}","reason":"x","failedAt":1,"attempt":1}');
  `
}

/** Finds the rows of version 1 in a store, and uses every part of it beside them. */
export async function expectRowsOfVersion1(store: PostgresStore): Promise<void> {
  const { revocations, singleUse, tokenStore, ledger } = store
  const old = { key: 'session:old', notBefore: 1767225600000, expiresAt: later }
  const added = revocation('session:new', hourMs)
  const before = await revocations.since()
  expect(before.revocations).toEqual([old])
  await revocations.write([added])
  expect((await revocations.since(before.cursor)).revocations).toEqual([added])
  expect((await revocations.since()).revocations).toEqual([old, added])

  expect(await singleUse.claim('transaction:old', Date.now() + hourMs)).toBe(false)
  expect(await singleUse.claim('transaction:new', Date.now() + hourMs)).toBe(true)

  const unsealed = { version: 0, sealed: '{"accessToken":"access","idToken":"id"}' }
  expect(await tokenStore.get('old')).toEqual(unsealed)
  expect(await tokenStore.replace('old', entry({ version: 1 }), later, 0)).toBe('replaced')
  expect(await tokenStore.get('old')).toEqual(entry({ version: 1 }))
  await tokenStore.put('new', entry(), Date.now() + hourMs)
  expect(await tokenStore.get('new')).toEqual(entry())
  await tokenStore.remove('old')
  expect(await tokenStore.get('old')).toBeUndefined()

  const done = { status: 'done', isSameBody: true, attempt: 2 }
  expect(await ledger.claim(claim('msg_done', { owner: 'another' }))).toEqual(done)
  expect((await ledger.claim(claim('msg_busy', { owner: 'another' }))).status).toBe('busy')
  expect(await ledger.renew('msg_busy', 'me', 1000)).toBe(true)
  await ledger.settle('msg_busy', 'me', hourMs)
  expect((await ledger.claim(claim('msg_busy'))).status).toBe('done')
  expect((await ledger.claim(claim('msg_new'))).status).toBe('claimed')

  expect(await ledger.getDeadLetter('msg_dead')).toEqual(letter('msg_dead', 1))
  await ledger.putDeadLetter(letter('msg_new', 2))
  expect(await ledger.deadLetters()).toEqual([letter('msg_dead', 1), letter('msg_new', 2)])
  expect(await ledger.removeDeadLetter('msg_dead')).toBe(true)
}
