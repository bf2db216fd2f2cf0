import { createHash } from 'node:crypto'
import type { ParseArgsConfig } from 'node:util'
import { randomText } from '../ground/bytes.ts'
import type { DeadLetter, Ledger } from '../state/store.ts'
import { parseArguments, secretArgument, UsageError, urlArgument } from './arguments.ts'
import { letterIn } from './dead-letters.ts'
import { storeOptions, withStore } from './open-store.ts'
import { sendWebhook } from './send-webhook.ts'

const options = {
  ...storeOptions,
  to: { type: 'string' },
  /** Only declared so that it can be refused with a reason. */
  secret: { type: 'string' },
} satisfies ParseArgsConfig['options']

/** How long a delivery is claimed while it is reopened, in milliseconds. */
const leaseMs = 30_000

/**
 * Sends dead letters again to the application, which has the handlers. A letter is removed when its
 * delivery takes effect.
 */
export async function replay(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  if (positionals.length === 0) {
    throw new UsageError('The id is missing. To list the ids: express-scalekit dead-letters')
  }
  const to = urlArgument('--to', values.to)
  // The application accepts a signature with any secret of its list.
  const secret = secretArgument(values.secret).split(',')[0]!.trim()
  await withStore(values, async ({ store: { ledger } }) => {
    for (const deliveryId of positionals) {
      const letter = await letterIn(ledger, deliveryId)
      if (!(await send(ledger, letter, to, secret))) process.exitCode = 1
    }
  })
}

async function send(
  ledger: Ledger,
  letter: DeadLetter,
  to: string,
  secret: string,
): Promise<boolean> {
  const { deliveryId: id, body } = letter
  if (letter.reason === 'webhook_given_up') await openAgain(ledger, letter)
  const { status, text, ok } = await sendWebhook(to, { id, body, secret })
  const outcome = ok ? outcomeIn(text) : undefined
  // The application only removes the letter if it knows of an earlier attempt.
  if (outcome === 'handled' || outcome === 'done') await ledger.removeDeadLetter(id)
  console.log(`${id} ${status} ${outcome ?? text}`.trim())
  return outcome !== undefined && outcome !== 'given-up'
}

/** Reopens a given-up delivery: it counts as done, so the application would ignore it. */
async function openAgain(ledger: Ledger, { deliveryId, body }: DeadLetter): Promise<void> {
  const bodyHash = createHash('sha256').update(body).digest('base64url')
  const owner = randomText(128)
  const { status } = await ledger.claim({ deliveryId, bodyHash, owner, leaseMs, evenIfDone: true })
  if (status !== 'claimed') throw new Error(`${deliveryId} is being handled right now.`)
  await ledger.release(deliveryId, owner)
}

/**
 * @returns the result that the kit's route reported; `undefined` for the response of another
 *   endpoint
 */
function outcomeIn(text: string): string | undefined {
  try {
    const { status } = JSON.parse(text) as { readonly status?: unknown }
    return typeof status === 'string' ? status : undefined
  } catch {
    return undefined
  }
}
