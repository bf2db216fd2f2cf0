import type { RedisClient, Revocation } from '../../../src/redis.ts'

/** The script by which the version before epochs adds to the stream. Never edit it. */
const add = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local lastsMs = redis.call('PTTL', KEYS[1])
  for at = 1, #ARGV, 3 do
    redis.call('XADD', KEYS[1], '*', 'key', ARGV[at], 'notBefore', ARGV[at + 1], 'expiresAt', ARGV[at + 2])
    lastsMs = math.max(lastsMs, ARGV[at + 2] - now)
  end
  for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', #ARGV / 3 + 10)) do
    if tonumber(entry[2][6]) > now then break end
    redis.call('XDEL', KEYS[1], entry[1])
  end
  redis.call('PEXPIRE', KEYS[1], lastsMs)
`

/** Writes as a process of the version before epochs does. */
export async function addAsBefore(
  client: RedisClient,
  key: string,
  revocations: readonly Revocation[],
): Promise<void> {
  // Lua's stack holds some 8000 arguments.
  for (let from = 0; from < revocations.length; from += 1000) {
    const texts = revocations
      .slice(from, from + 1000)
      .flatMap((each) => [each.key, each.notBefore, each.expiresAt])
      .map((part) => String(typeof part === 'number' ? Math.ceil(part) : part))
    await client.sendCommand(['EVAL', add, '1', key, ...texts])
  }
}

/** Reads as a process of the version before epochs does. */
export async function readAsBefore(client: RedisClient, key: string): Promise<Revocation[]> {
  const entries = await client.sendCommand(['XRANGE', key, '-', '+'])
  return (entries as [string, string[]][]).map(([, [, name, , notBefore, , expiresAt]]) => ({
    key: name!,
    notBefore: Number(notBefore),
    expiresAt: Number(expiresAt),
  }))
}
