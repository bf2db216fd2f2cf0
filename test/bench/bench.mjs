import { documentedExamples } from '../fixtures/webhook-examples.ts'
import { start } from './child.mjs'
import { startContenders } from './contenders.mjs'
import { goalsFor, managementGoalsFor, testSignInGoalsFor, webhookGoalsFor } from './goals.mjs'
import { importCosts } from './imports.mjs'
import { managementCosts } from './management.mjs'
import { measureAll, verify } from './measure.mjs'
import { useOneCore } from './one-core.mjs'
import {
  printGoals,
  printImports,
  printInProcess,
  printManagement,
  printSummaries,
  printTestSignIns,
  printWebhooks,
} from './report.mjs'
import { webhookCosts } from './webhook-costs.mjs'

const useAllCores = useOneCore()
const { cases, session, stop } = await startContenders()
for (const one of cases) await verify(one)

console.log(`Warming up and measuring ${cases.length} cases against bare Express …\n`)
const summaries = await measureAll(cases)
await stop()
useAllCores()

printSummaries(summaries)
printInProcess(await start('in-process.mjs').ask(session))
const webhooks = await webhookCosts(documentedExamples['organization.directory.user_created'])
printWebhooks(webhooks)
const management = await managementCosts()
printManagement(management)
printImports(await importCosts())
const testSignIns = await start('test-sign-ins.mjs').answer()
printTestSignIns(testSignIns)
const goals = [
  ...goalsFor(summaries),
  ...webhookGoalsFor(webhooks),
  ...managementGoalsFor(management),
  ...testSignInGoalsFor(testSignIns),
]
printGoals(goals)
if (goals.some(({ isMet }) => !isMet)) process.exitCode = 1
