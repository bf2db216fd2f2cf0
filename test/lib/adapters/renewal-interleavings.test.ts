// @module-tag slow
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playOnServer, sentenceOf } from '../../support/renewal/interleavings.ts'
import { type SharedServer, sharedServers } from './shared-servers.ts'

/** `RENEWAL_SEED=123` plays that one alone, e.g. one that failed; more: test/figures/renewal.ts. */
const { RENEWAL_SEED } = process.env
const seeds =
  RENEWAL_SEED === undefined
    ? Array.from({ length: 500 }, (_, seed) => seed)
    : [Number(RENEWAL_SEED)]

describe.each(sharedServers)('sessions on %s', (name, isThere, startServer) => {
  describe.skipIf(!isThere)('that are renewed while anything happens', () => {
    let server: SharedServer
    beforeAll(async () => {
      server = await startServer()
    })
    afterAll(() => server.close())

    it('show nothing that is not so, and are lost only where an answer was', {
      timeout: 180_000,
    }, async () => {
      const outcomes = await playOnServer(seeds, await server.storeOf('plays'))
      console.log(`On ${name}: ${sentenceOf(outcomes)}`)
      expect(outcomes.filter(({ lost, mayLose }) => lost > 0 && !mayLose)).toEqual([])
    })
  })
})
