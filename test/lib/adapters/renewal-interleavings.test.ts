// @module-tag slow
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineOf, playOnServer, sentenceOf } from '../../support/renewal/interleavings.ts'
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
      const store = await server.storeOf('plays')
      const { outcomes, failures, stalled } = await playOnServer(seeds, store)
      console.log(`On ${name}: ${sentenceOf(outcomes)}`)
      expect(failures.map(lineOf)).toEqual([])
      // A machine that stands still all the time says nothing of the kit.
      expect(stalled.length, stalled.map(lineOf).join('\n')).toBeLessThan(seeds.length / 10 + 1)
      expect(outcomes.filter(({ lost, mayLose }) => lost > 0 && !mayLose)).toEqual([])
    })
  })
})
