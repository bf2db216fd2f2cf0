import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with the plain line `N passed, N failed`, which any build server can read. */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    )
    const passed = states.filter((state) => state === 'passed').length
    const skipped = states.filter((state) => state === 'skipped').length
    // A file that could not be loaded has no tests, and must not look like success.
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length)
    const failed =
      states.filter((state) => state === 'failed').length + broken.length + unhandledErrors.length
    const tail = skipped > 0 ? `, ${skipped} skipped` : ''
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed${tail}`))
  }
}
