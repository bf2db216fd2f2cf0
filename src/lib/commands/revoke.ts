import type { ParseArgsConfig } from 'node:util'
import { assertNoMore, parseArguments, UsageError } from './arguments.ts'
import { type OpenStore, storeOptions, withStore } from './open-store.ts'

const options = {
  ...storeOptions,
  all: { type: 'boolean', default: false },
} satisfies ParseArgsConfig['options']

/** Ends all sessions of a store, e.g. after it was restored from a backup. */
export async function revoke(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  assertNoMore(positionals)
  if (!values.all) throw new UsageError('--all is missing: it ends every session of the store.')
  await withStore(values, endAll)
}

async function endAll({ store, place }: OpenStore): Promise<void> {
  await store.revocations.beginEpoch!()
  console.log(`All sessions in ${place} are over: every user has to sign in again.`)
}
