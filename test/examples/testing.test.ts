import { expect, it } from 'vitest'
import { root } from '../package/manifest.ts'
import { cleanEnvironment, run } from '../package/pack.ts'
// The example's tests for vitest run as a part of this file.
import '../../examples/testing/vitest/app.test.js'
import '../../examples/testing/vitest/webhooks.test.js'

it('has tests for node:test that pass', async () => {
  // With the source under the package's name, as everywhere in these tests.
  const env = { ...cleanEnvironment(), TSX_TSCONFIG_PATH: root('test/tsconfig.json') }
  const args = [
    '--import',
    'tsx',
    '--test',
    '--test-reporter',
    'spec',
    'examples/testing/node-test/',
  ]
  const { code, stdout } = await run(root(''), 'node', args, env)
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/^ℹ pass 5$/m)
}, 60_000)
