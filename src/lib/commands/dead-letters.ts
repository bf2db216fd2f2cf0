import type { ParseArgsConfig } from 'node:util'
import type { DeadLetter, Ledger } from '../state/store.ts'
import { assertNoMore, parseArguments } from './arguments.ts'
import { storeOptions, withStore } from './open-store.ts'

const options = { ...storeOptions } satisfies ParseArgsConfig['options']

/** Lists the deliveries that failed for good, or shows one of them completely. */
export async function deadLetters(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  const [deliveryId, ...more] = positionals
  assertNoMore(more)
  await withStore(values, async ({ store: { ledger } }) => {
    if (deliveryId === undefined) await list(ledger)
    else console.log(await textOf(ledger, deliveryId))
  })
}

/**
 * Prints one line for each, without any of the payload. Fields are separated by tabs, so that other
 * programs can read them.
 */
async function list(ledger: Ledger): Promise<void> {
  const letters = await ledger.deadLetters()
  for (const { deliveryId, type, reason, attempt, failedAt } of letters) {
    const when = new Date(failedAt).toISOString()
    console.log([deliveryId, when, `attempt ${attempt}`, reason, type].join('\t'))
  }
  if (letters.length === 0) console.error('There are no dead letters.')
}

async function textOf(ledger: Ledger, deliveryId: string): Promise<string> {
  const { body, failedAt, ...letter } = await letterIn(ledger, deliveryId)
  const shown = { ...letter, failedAt: new Date(failedAt).toISOString(), event: JSON.parse(body) }
  return JSON.stringify(shown, undefined, 2)
}

/** @throws if there is no such letter */
export async function letterIn(ledger: Ledger, deliveryId: string): Promise<DeadLetter> {
  const letter = await ledger.getDeadLetter(deliveryId)
  if (letter) return letter
  throw new Error(
    `There is no dead letter ${deliveryId}. To list them: express-scalekit dead-letters`,
  )
}
