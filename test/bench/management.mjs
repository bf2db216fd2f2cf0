import { start } from './child.mjs'
import { settings } from './settings.mjs'
import { median } from './statistics.mjs'

const least = 'http.request'
const names = ['express-scalekit', '@scalekit-sdk/node']
const calls = ['one organization', 'ten organizations']

/**
 * What a call of the management API costs, beside plain `http.request` over sockets that are kept,
 * measured right before or right after it.
 */
export async function managementCosts() {
  const api = start('management/api.mjs')
  const { url } = await api.answer()
  const costs = []
  for (const call of calls) {
    const base = await startCaller(least, url, call)
    for (const name of names) {
      const caller = await startCaller(name, url, call)
      costs.push({ name, call, ...(await compared(caller, base)) })
      caller.stop()
    }
    base.stop()
  }
  api.stop()
  return costs
}

async function startCaller(...args) {
  const caller = start('management/caller.mjs', { args })
  await caller.answer()
  await caller.ask({ seconds: settings.warmUpSeconds })
  return caller
}

async function compared(caller, base) {
  const pairs = []
  for (let round = 0; round < settings.rounds; round += 1) {
    pairs.push(await pairOf(caller, base, round % 2 === 0))
  }
  return {
    cpuMicros: median(pairs.map(({ own }) => own.cpuMicros)),
    cpu: median(pairs.map(({ least, own }) => least.cpuMicros / own.cpuMicros)),
    calls: median(pairs.map(({ least, own }) => own.perSecond / least.perSecond)),
  }
}

async function pairOf(caller, base, isBaseFirst) {
  const slice = { seconds: settings.sliceSeconds }
  if (isBaseFirst) return { least: await base.ask(slice), own: await caller.ask(slice) }
  const own = await caller.ask(slice)
  return { least: await base.ask(slice), own }
}
