import { readFile } from 'node:fs/promises'
import type { ParseArgsConfig } from 'node:util'
import { randomId } from '../emulator/format/ids.ts'
import { type DataOf, newEvent } from '../emulator/webhooks/event.ts'
import { isObject } from '../ground/is-object.ts'
import { editDistance } from '../ground/nearest-name.ts'
import { type EventType, eventTypeOf, eventTypes } from '../webhooks/events.ts'
import {
  numberArgument,
  onlyWord,
  parseArguments,
  secretArgument,
  UsageError,
  urlArgument,
} from './arguments.ts'
import { sendWebhook } from './send-webhook.ts'

const options = {
  to: { type: 'string' },
  /** Only declared so that it can be refused with a reason. */
  secret: { type: 'string' },
  data: { type: 'string' },
  count: { type: 'string', default: '1' },
} satisfies ParseArgsConfig['options']

/** Sends a documented example event, signed, and prints the response. */
export async function trigger(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  const type = typeFrom(onlyWord(positionals, 'The event type'))
  const to = urlArgument('--to', values.to)
  const secret = secretArgument(values.secret)
  const count = numberArgument('--count', values.count, { min: 1, max: 100_000 })
  const data = values.data === undefined ? undefined : await dataFrom(values.data)
  for (let sent = 0; sent < count; sent += 1) {
    const isAccepted = await send(to, secret, JSON.stringify(newEvent(type, Date.now, data)))
    if (!isAccepted) process.exitCode = 1
  }
}

async function send(url: string, secret: string, body: string): Promise<boolean> {
  const { status, text, ok } = await sendWebhook(url, { id: randomId('msg_'), body, secret })
  console.log(`${status} ${text}`.trim())
  return ok
}

async function dataFrom(file: string): Promise<DataOf<EventType>> {
  const data = jsonIn(file, await readFile(file, 'utf8'))
  if (isObject(data)) return data as unknown as DataOf<EventType>
  throw new Error(`${file} must hold a JSON object, the \`data\` of the event`)
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

function typeFrom(name: string): EventType {
  const type = eventTypeOf(name)
  if (type) return type
  const nearest = nearestTypes(name).join(', ')
  throw new UsageError(`There is no event type ${name}. The nearest types are ${nearest}.`)
}

/** Types that contain the whole name, such as `user_created`, come first. */
function nearestTypes(name: string): readonly EventType[] {
  const distance = (type: EventType) => (type.includes(name) ? 0 : editDistance(type, name))
  return [...eventTypes].sort((one, other) => distance(one) - distance(other)).slice(0, 3)
}
