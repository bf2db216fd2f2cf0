import type { IoRedisClient, RedisClient } from './client.ts'

/** A connection of the store's own, beside that of the application. */
export interface Spare {
  readonly client: RedisClient
  /** Ends when Redis has answered by it. */
  readonly ready: Promise<unknown>
  /** Cuts it, and what is under way with it. */
  destroy(): void
}

/** What is used of a client of `redis`; until its version 5, `destroy` was called `disconnect`. */
interface NodeRedis extends RedisClient {
  duplicate(): NodeRedis
  connect(): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  unref(): void
  destroy?(): void
  disconnect(): unknown
}

/** What is used of a client of `ioredis`. */
interface IoRedis extends IoRedisClient {
  duplicate(): IoRedis
  connect(): Promise<unknown>
  on(event: 'error' | 'connect', listener: () => void): unknown
  once(event: 'ready', listener: () => void): unknown
  disconnect(): void
  readonly status: string
  readonly stream?: { unref(): void }
}

/** What a client that takes commands as arrays is made of. */
type Given = RedisClient | IoRedisClient

export function isIoRedis(client: unknown): client is IoRedisClient {
  // Every function has a `call`, too.
  if (typeof client !== 'object' || client === null) return false
  return typeof (client as Partial<IoRedisClient>).call === 'function'
}

/** Opens one with the settings of a client; `undefined` where the client cannot be duplicated. */
export function openSpare(client: Given): Spare | undefined {
  if (typeof (client as Partial<NodeRedis>).duplicate !== 'function') return undefined
  return isIoRedis(client) ? ioRedisSpare(client as IoRedis) : nodeRedisSpare(client as NodeRedis)
}

/** It must not keep the process from ending: the application does not know of it. */
function nodeRedisSpare(client: NodeRedis): Spare {
  const own = client.duplicate()
  own.on('error', () => {})
  own.unref()
  const destroy = () => void (own.destroy ? own.destroy() : own.disconnect())
  const ready = own.connect().then(() => own.sendCommand(['PING']))
  return { client: own, ready, destroy }
}

function ioRedisSpare(client: IoRedis): Spare {
  const own = client.duplicate()
  own.on('error', () => {})
  own.on('connect', () => own.stream?.unref())
  // It connects by itself, unless it is told to be lazy.
  if (own.status === 'wait') own.connect().catch(() => {})
  const ready = new Promise<void>((resolve) => void own.once('ready', resolve))
  const takesArrays = arraysTo(own)
  return {
    client: takesArrays,
    ready: ready.then(() => takesArrays.sendCommand(['PING'])),
    destroy: () => own.disconnect(),
  }
}

/** A client of `ioredis` in the form that the store uses. */
export function arraysTo(client: IoRedisClient): RedisClient {
  return { sendCommand: ([name, ...args]) => client.call(name!, ...args) }
}
