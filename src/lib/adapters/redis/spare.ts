import type { IoRedisClient, RedisClient } from './client.ts'

/** The store's own connection, besides the application's. */
export interface Spare {
  readonly client: RedisClient
  /** Resolves when Redis has answered on it. */
  readonly ready: Promise<unknown>
  /** Closes it and rejects its pending commands. */
  destroy(): void
}

/**
 * The part of a `redis` client that is used here. Before version 5, `destroy` was called
 * `disconnect`.
 */
interface NodeRedis extends RedisClient {
  duplicate(): NodeRedis
  connect(): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  unref(): void
  destroy?(): void
  disconnect(): unknown
}

/** The part of an `ioredis` client that is used here. */
interface IoRedis extends IoRedisClient {
  duplicate(): IoRedis
  connect(): Promise<unknown>
  on(event: 'error' | 'connect', listener: () => void): unknown
  once(event: 'ready', listener: () => void): unknown
  disconnect(): void
  readonly status: string
  readonly stream?: { unref(): void }
}

/** The application's client, of either library. */
type Given = RedisClient | IoRedisClient

export function isIoRedis(client: unknown): client is IoRedisClient {
  // Every function has a `call` method as well.
  if (typeof client !== 'object' || client === null) return false
  return typeof (client as Partial<IoRedisClient>).call === 'function'
}

/**
 * Opens a connection with a client's settings. Returns `undefined` if the client cannot be
 * duplicated.
 */
export function openSpare(client: Given): Spare | undefined {
  if (typeof (client as Partial<NodeRedis>).duplicate !== 'function') return undefined
  return isIoRedis(client) ? ioRedisSpare(client as IoRedis) : nodeRedisSpare(client as NodeRedis)
}

/**
 * The connection is unreferenced, so that it does not keep the process alive: the application does
 * not know of it.
 */
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
  // The duplicate connects by itself, unless `lazyConnect` is set.
  if (own.status === 'wait') own.connect().catch(() => {})
  const ready = new Promise<void>((resolve) => void own.once('ready', resolve))
  const takesArrays = arraysTo(own)
  return {
    client: takesArrays,
    ready: ready.then(() => takesArrays.sendCommand(['PING'])),
    destroy: () => own.disconnect(),
  }
}

/** Adapts a client of `ioredis` to the method that the store uses. */
export function arraysTo(client: IoRedisClient): RedisClient {
  return { sendCommand: ([name, ...args]) => client.call(name!, ...args) }
}
