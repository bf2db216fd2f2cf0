import { pathToFileURL } from 'node:url'

/** The folder of the build that is measured: this clone's, or another one's to compare it with. */
const dist = process.env.BENCH_KIT
  ? new URL('dist/', pathToFileURL(`${process.env.BENCH_KIT}/`))
  : new URL('../../dist/', import.meta.url)

/** An entry point of that build. */
export function kit(entry) {
  return import(new URL(`${entry}.js`, dist))
}
