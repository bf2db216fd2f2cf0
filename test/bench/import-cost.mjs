/** Imports the module named on the command line and answers what that took. Needs --expose-gc. */
globalThis.gc()
const heapBefore = process.memoryUsage().heapUsed
const startedAt = performance.now()
await import(process.argv[2])
const ms = performance.now() - startedAt
globalThis.gc()
const heapBytes = process.memoryUsage().heapUsed - heapBefore
process.send({ ms, heapBytes }, () => process.disconnect())
