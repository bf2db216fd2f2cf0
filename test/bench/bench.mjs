import { documentedExamples } from '../fixtures/webhook-examples.ts'
import { start } from './child.mjs'
import { startContenders } from './contenders.mjs'
import { goalsFor, managementGoalsFor, webhookGoalsFor } from './goals.mjs'
import { importCosts } from './imports.mjs'
import { managementCosts } from './management.mjs'
import { measurePair, summary, verify, warmUp } from './measure.mjs'
import {
  printGoals,
  printImports,
  printInProcess,
  printManagement,
  printSummaries,
  printWebhooks,
} from './report.mjs'
import { settings } from './settings.mjs'
import { webhookCosts } from './webhook-costs.mjs'

const { cases, session, stop } = await startContenders()
for (const one of cases) await verify(one)

console.log(`Warming up and measuring ${cases.length} cases against bare Express …\n`)
for (const one of cases) await warmUp(one)
const summaries = await measureAll()
await stop()

printSummaries(summaries)
printInProcess(await start('in-process.mjs').ask(session))
const webhooks = await webhookCosts(documentedExamples['organization.directory.user_created'])
printWebhooks(webhooks)
const management = await managementCosts()
printManagement(management)
printImports(await importCosts())
const goals = [
  ...goalsFor(summaries),
  ...webhookGoalsFor(webhooks),
  ...managementGoalsFor(management),
]
printGoals(goals)
if (goals.some(({ isMet }) => !isMet)) process.exitCode = 1

/** Every case once in each round, so that a bad minute of the machine spoils no case alone. */
async function measureAll() {
  const pairs = new Map(cases.map((one) => [one, []]))
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const [one, taken] of pairs) taken.push(await measurePair(one, round % 2 === 0))
  }
  return [...pairs].map(([one, taken]) => summary(one, taken))
}
