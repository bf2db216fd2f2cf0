import { start } from './child.mjs'
import { settings } from './settings.mjs'
import { best, median } from './statistics.mjs'

/**
 * What verifying and parsing an event costs: the median of several processes, as V8 compiles the
 * same code a hundredth better in one than in another.
 */
export async function webhookCosts(event) {
  const runs = []
  for (let count = 0; count < settings.webhookProcesses; count += 1) {
    runs.push(await start('webhooks.mjs').ask(JSON.stringify(event)))
  }
  return runs[0].map(({ name }) =>
    costOf(runs.map((run) => run.find((cost) => cost.name === name))),
  )
}

function costOf(costs) {
  return {
    name: costs[0].name,
    micros: best(costs.map(({ micros }) => micros)),
    ratio: median(costs.map(({ ratio }) => ratio)),
  }
}
