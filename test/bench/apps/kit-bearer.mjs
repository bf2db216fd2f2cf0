import { createApp as createKit } from './kit.mjs'

/** This package where access tokens count, too. */
export function createApp(options) {
  return createKit({ ...options, bearer: {} })
}
