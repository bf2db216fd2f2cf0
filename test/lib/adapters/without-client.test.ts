import { expect, it } from 'vitest'
import { postgresStore } from '../../../src/postgres.ts'
import { redisStore } from '../../../src/redis.ts'

const stores = {
  redisStore: (client: unknown) => redisStore(client as Parameters<typeof redisStore>[0]),
  postgresStore: (client: unknown) => postgresStore(client as Parameters<typeof postgresStore>[0]),
}

it.each<[keyof typeof stores, unknown, string]>([
  ['redisStore', undefined, 'redisStore() needs a client with a sendCommand() function'],
  ['redisStore', null, 'of the package `redis`'],
  ['redisStore', { query() {} }, 'redisStore() needs a client'],
  ['postgresStore', undefined, 'postgresStore() needs a pool with a query() function'],
  ['postgresStore', 'postgres://localhost', 'of the package `pg`'],
])('%s(%j) is refused when it is called, with what to write', (name, client, problem) => {
  const make = () => stores[name](client)
  expect(make).toThrow(problem)
  expect(make).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
