import assert from 'node:assert/strict'
import { email, hello } from './apps/body.mjs'
import { headersWith, load } from './load.mjs'
import { settings } from './settings.mjs'
import { best, median } from './statistics.mjs'

/** Makes sure that a case lets in or keeps out as it should; a fast wrong answer counts nothing. */
export async function verify({ contender, server, name, cookies, status }) {
  const answer = await fetch(`${server.url}/app`, { headers: headersWith(cookies[0]) })
  const body = await answer.json()
  assert.equal(answer.status, status, `${contender}, ${name}: ${JSON.stringify(body)}`)
  if (status === 200) assert.deepEqual(body, hello({ email }), `${contender}, ${name}`)
}

/** Lets V8 settle, on both sides alike. */
async function warmUp({ base, server, cookies, baseCookies = cookies }) {
  await load(base.url, baseCookies, settings.warmUpSeconds)
  await load(server.url, cookies, settings.warmUpSeconds)
}

/**
 * Measures a case and its base one after the other, both sent the same cookies (or, where the base
 * has sessions of its own, cookies of the same kind), so that what the machine does meanwhile
 * touches both, and reading headers is charged to neither.
 */
async function measurePair(one, isBaseFirst) {
  const { base, server, cookies, baseCookies = cookies, status, baseStatus = 200 } = one
  const ofBase = () => slice(base, baseCookies, baseStatus)
  const ofCase = () => slice(server, cookies, status)
  if (isBaseFirst) return { base: await ofBase(), own: await ofCase() }
  const own = await ofCase()
  return { base: await ofBase(), own }
}

/** Every case once in each round, so that a bad minute of the machine spoils no case alone. */
export async function measureAll(cases) {
  for (const one of cases) await warmUp(one)
  const pairs = new Map(cases.map((one) => [one, []]))
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const [one, taken] of pairs) taken.push(await measurePair(one, round % 2 === 0))
  }
  return [...pairs].map(([one, taken]) => summary(one, taken))
}

/** CPU of the server process per request, in microseconds, and what a client sees. */
async function slice(server, cookies, status) {
  const before = await server.usage()
  const { count, perSecond, statuses } = await load(server.url, cookies, settings.sliceSeconds)
  const after = await server.usage()
  assert.deepEqual(statuses, [status], `${server.url} changed its mind while it was measured`)
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) / count,
    perSecond,
    rssBytes: after.rssBytes,
  }
}

/** What the pairs of a case say: ratios above 1 are faster than bare Express. */
function summary({ contender, name }, pairs) {
  const cpuMicros = pairs.map(({ own }) => own.cpuMicros)
  return {
    contender,
    name,
    cpuMicros: median(cpuMicros),
    cpu: median(pairs.map(({ base, own }) => base.cpuMicros / own.cpuMicros)),
    // The least disturbed slice of each side.
    cpuBest: best(pairs.map(({ base }) => base.cpuMicros)) / best(cpuMicros),
    wall: median(pairs.map(({ base, own }) => own.perSecond / base.perSecond)),
    rssBytes: Math.max(...pairs.map(({ own }) => own.rssBytes)),
  }
}
