import { afterEach, beforeEach, expect } from 'vitest'
import { emulatorClientSecret } from '../../src/lib/ground/sample-secrets.ts'
import { captureOutput } from './captured-output.ts'
import { lineListeners } from './recording-logger.ts'
import { leaksIn, wiretap } from './wiretap.ts'

/**
 * Makes every test fail that gives a secret away in a log line or on the console, whatever else it
 * is about. Everything that the servers of a test hand out counts: tokens, codes, cookies. Run by
 * `PLANTED=1 DEBUG=scalekit npm test`.
 */

const { secrets } = wiretap()
secrets.add(emulatorClientSecret)
const lines: string[] = []
lineListeners.add((line) => lines.push(line))
let output: ReturnType<typeof captureOutput>

beforeEach(() => {
  output = captureOutput()
})

afterEach(() => {
  output.stop()
  const written = [...lines.splice(0), ...output.lines]
  expect(leaksIn(written, secrets)).toEqual([])
})
