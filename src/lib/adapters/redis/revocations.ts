import type { Revocation, Revocations } from '../../state/store.ts'
import {
  clockNamed,
  type LoggedRevocation,
  loggedRevocations,
  type RevocationsLog,
} from '../revocations-log.ts'
import { type RedisClient, wholeMs } from './client.ts'
import { readClock, script } from './script.ts'

/** Whether an entry exists. An empty id asks for none, and is true. */
const isThere = `
  local function isThere(id)
    return id == '' or #redis.call('XRANGE', KEYS[1], id, id) == 1
  end
`

/**
 * Reads entries and Redis's clock. Arguments: the first id (or `-`), the number of entries, and the
 * epoch to look for. Processes of a version without epochs let the stream expire with its last
 * revocation. `PERSIST` reverts that, because the epoch must not expire.
 *
 * The entries are returned as one JSON string: clients take several times as long to read many
 * strings.
 */
const read = script(`${readClock}${isThere}
  redis.call('PERSIST', KEYS[1])
  local texts = {}
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
    local fields = entry[2]
    texts[#texts + 1] = cjson.encode({ entry[1], fields[2], fields[4], fields[6], fields[8] or '' })
  end
  return { '[' .. table.concat(texts, ',') .. ']', isThere(ARGV[3]) and 1 or 0, now }
`)

/**
 * Adds entries (key, not before, expires at, clock) if the given epoch exists. The clock is the
 * last field, because processes of an older version read the earlier fields by position. Each call
 * removes slightly more expired entries from the front than it adds. A long-lived entry delays the
 * removal of those behind it, but only until it expires itself. An epoch never expires and delays
 * no removal.
 */
const add = script(`${readClock}${isThere}
  if not isThere(ARGV[1]) then return 0 end
  for at = 2, #ARGV, 4 do
    redis.call('XADD', KEYS[1], '*', 'key', ARGV[at], 'notBefore', ARGV[at + 1], 'expiresAt', ARGV[at + 2],
      'clock', ARGV[at + 3])
  end
  redis.call('PERSIST', KEYS[1])
  local room, from = (#ARGV - 1) / 4 + 10, '-'
  while room > 0 do
    local entries = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', room)
    if #entries == 0 then return 1 end
    for _, entry in ipairs(entries) do
      if string.sub(entry[2][2], 1, 6) ~= 'epoch:' then
        if tonumber(entry[2][6]) > now then return 1 end
        redis.call('XDEL', KEYS[1], entry[1])
        room = room - 1
      end
    end
    from = '(' .. entries[#entries][1]
  end
  return 1
`)

/** Adds an epoch (last entry, key, not before, expires at), unless one exists after that entry. */
const addEpoch = script(`${isThere}
  if not isThere(ARGV[1]) then return end
  local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], from, '+')) do
    if string.sub(entry[2][2], 1, 6) == 'epoch:' then return end
  end
  redis.call('XADD', KEYS[1], '*', 'key', ARGV[2], 'notBefore', ARGV[3], 'expiresAt', ARGV[4])
  redis.call('PERSIST', KEYS[1])
`)

/** Stores revocations in a stream, which Redis keeps in the order of writing. */
export function redisRevocations(client: RedisClient, key: string): Revocations {
  return loggedRevocations(redisLog(client, key))
}

function redisLog(client: RedisClient, key: string): RevocationsLog {
  return {
    async read(from, limit, epochId) {
      const answer = await read(client, [key], [from || '-', String(limit), epochId])
      const [json, hasEpoch, now] = answer as [string, number, number]
      const entries = (JSON.parse(json) as readonly StreamEntry[]).map(loggedRevocation)
      return { entries, hasEpoch: hasEpoch === 1, now: Number(now) }
    },
    add: async (records, epochId) =>
      (await add(client, [key], [epochId, ...records.flatMap(textsOf)])) === 1,
    async addEpoch(record, lastId) {
      await addEpoch(client, [key], [lastId, ...textsOf(record)])
    },
  }
}

/** An entry as the script returns it: its id and the values of its fields. */
type StreamEntry = readonly [
  id: string,
  key: string,
  notBefore: string,
  expiresAt: string,
  clock: string,
]

function textsOf({ key, notBefore, expiresAt, clock }: Revocation): string[] {
  return [key, wholeMs(notBefore), wholeMs(expiresAt), clock ?? '']
}

function loggedRevocation([id, key, notBefore, expiresAt, clock]: StreamEntry): LoggedRevocation {
  const instants = { notBefore: Number(notBefore), expiresAt: Number(expiresAt) }
  return { id, revocation: { key, ...instants, ...clockNamed(clock) } }
}
