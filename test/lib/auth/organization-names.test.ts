import { describe, expect, it } from 'vitest'
import { organizationNames } from '../../../src/lib/auth/organization-names.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

/** A look-up at an API that answers when the test says so. */
function lookUpLate() {
  const answers = new Map<string, () => void>()
  const lookUp = organizationNames({
    clock: () => 0,
    logger: recordingLogger().logger,
    timeoutMs: 1,
    findOrganization: (id) =>
      new Promise((resolve) => {
        answers.set(id, () => resolve({ displayName: `Name of ${id}`, externalId: '' }))
      }),
  })
  return { lookUp, answers }
}

describe('a name', () => {
  it.each([
    ['that there is, for five minutes', 300_000, 'Acme'],
    ['that cannot be found, for half a minute', 30_000, undefined],
  ])('%s is not looked up again', async (_case, ms, displayName) => {
    let now = 0
    let lookUps = 0
    const lookUp = organizationNames({
      clock: () => now,
      logger: recordingLogger().logger,
      async findOrganization() {
        lookUps += 1
        if (displayName === undefined) throw new Error('down')
        return { displayName, externalId: '' }
      },
    })
    for (const [at, expected] of [
      [0, 1],
      [ms - 1, 1],
      [ms, 2],
    ] as const) {
      now = at
      await lookUp('org_1')
      expect([at, lookUps]).toEqual([at, expected])
    }
  })
})

describe('a name that comes late', () => {
  it('is waited for no longer, and kept for the next page', async () => {
    const { lookUp, answers } = lookUpLate()
    expect(await lookUp('org_1')).toEqual({})
    answers.get('org_1')!()
    expect(await lookUp('org_1')).toEqual({ displayName: 'Name of org_1' })
    expect([...answers.keys()]).toEqual(['org_1'])
  })

  it('keeps at most forty others company, until one of them is there', async () => {
    const { lookUp, answers } = lookUpLate()
    const ids = Array.from({ length: 50 }, (_, index) => `org_${index}`)
    await Promise.all(ids.map(lookUp))
    expect([...answers.keys()]).toEqual(ids.slice(0, 40))
    answers.get('org_0')!()
    await lookUp('org_0')
    await lookUp('org_49')
    expect(answers.has('org_49')).toBe(true)
  })
})
