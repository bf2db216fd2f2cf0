import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { otherBehaviours } from './elsewhere.ts'
import { hostedBehaviours } from './hosted.ts'
import { managementBehaviours } from './management.ts'
import { signInBehaviours } from './sign-in.ts'

const guide = readFileSync(
  new URL('../../../../examples/emulator/README.md', import.meta.url),
  'utf8',
)

const behaviours = [
  ...signInBehaviours,
  ...hostedBehaviours,
  ...managementBehaviours,
  ...otherBehaviours,
]

/** The rows of the guide's table: what is documented, and how the emulator stands to it. */
const rows = [
  ...guide.matchAll(/^\| (.+?) \| (as documented|stricter|laxer|absent) \| .*\|$/gm),
].map(([, documented, verdict]) => `${documented}: ${verdict}`)

describe('the guide’s table of what Scalekit documents', () => {
  it('has the rows that are checked here, and no others', () => {
    expect(rows).toEqual(behaviours.map(({ documented, verdict }) => `${documented}: ${verdict}`))
  })

  it.each(behaviours)('tells the truth: $documented, $verdict', ({ check }) => check())
})
