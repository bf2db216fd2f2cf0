import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const overHttp = ['test/flows/**/*.test.ts', 'test/lib/http/**/*.test.ts']
const hostile = ['test/hostile/**/*.test.ts']
const inChromium = ['test/browser/**/*.test.ts']

const typecheck = {
  enabled: true,
  checker: root('test/support/typecheck.sh'),
  include: ['test/**/*.test-d.ts'],
  // Without this, vitest would check against the root tsconfig.json, which includes only `src`.
  tsconfig: 'test/tsconfig.json',
}

export default defineConfig({
  // Vite takes `.cts` for JavaScript.
  oxc: { include: /\.(?:[cm]?ts|[jt]sx)$/ },
  resolve: {
    // Examples import the package by its name; here that is the source, so that a fresh clone
    // without `dist` can test them and all tests share one copy of every module.
    alias: [
      { find: /^express-scalekit$/, replacement: root('src/index.ts') },
      { find: /^express-scalekit\/client$/, replacement: root('src/client.ts') },
      { find: /^express-scalekit\/redis$/, replacement: root('src/redis.ts') },
      { find: /^express-scalekit\/postgres$/, replacement: root('src/postgres.ts') },
      { find: /^express-scalekit\/queues$/, replacement: root('src/queues.ts') },
      { find: /^express-scalekit\/testing$/, replacement: root('src/testing.ts') },
      { find: /^express-scalekit\/webhooks$/, replacement: root('src/webhooks.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'package',
          include: ['test/**/*.test.ts'],
          exclude: [...overHttp, ...hostile, ...inChromium, 'test/bench/**'],
          typecheck,
        },
      },
      {
        extends: true,
        test: { name: 'Chromium', include: inChromium },
      },
      {
        extends: true,
        test: { name: 'Express 5', include: [...overHttp, ...hostile] },
      },
      // The same tests on the other frameworks that the kit serves …
      ...['Express 4', 'Connect'].map((host) => ({
        extends: true as const,
        test: { name: host, include: overHttp, env: { TEST_HOST: host } },
      })),
      // … and with the other kind of session.
      {
        extends: true,
        test: {
          name: 'express-session',
          include: [...overHttp, ...hostile],
          env: { TEST_SESSION: 'express-session' },
        },
      },
    ],
    // A file says so itself: `// @module-tag slow`. `npm run test:fast` leaves it out.
    tags: [
      {
        name: 'slow',
        description: 'floods, thousands of mutations, killed processes, packing the package',
      },
    ],
    reporters: ['default', root('test/support/counting-reporter.ts')],
    // Left to itself, vitest keeps one core free, which on two cores doubles the wait.
    maxWorkers: '100%',
    // Providers that never answer are waited for together.
    maxConcurrency: 20,
    // They only end what hangs: beside other work, packing the package has taken a minute.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 25_000, interval: 20 } },
    setupFiles: process.env.PLANTED ? [root('test/support/planted.ts')] : [],
  },
})
