import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    // Examples import the package by its name; here that is the source, so that a fresh clone
    // without `dist` can test them and all tests share one copy of every module.
    alias: [
      { find: /^express-scalekit$/, replacement: root('src/index.ts') },
      { find: /^express-scalekit\/testing$/, replacement: root('src/testing.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    reporters: ['default', root('test/support/counting-reporter.ts')],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    typecheck: {
      enabled: true,
      checker: root('test/support/typecheck.sh'),
      include: ['test/**/*.test-d.ts'],
      // Without this, vitest would check against the root tsconfig.json, which includes only `src`.
      tsconfig: 'test/tsconfig.json',
    },
  },
})
