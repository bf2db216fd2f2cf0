import { expect, it } from 'vitest'
import { goodPlaces } from '../../../support/return-to-corpus.ts'
import { start } from '../../../support/start.ts'

const shown = (place: string) => [JSON.stringify(place), place] as const

it.each(goodPlaces.map(shown))('return_to %s arrives byte for byte', async (_shown, place) => {
  const { visitor } = await start()
  const query = new URLSearchParams({ organization_id: 'acme', return_to: place })
  const { headers } = await visitor().signIn(`/login?${query}`, 'ada@acme.example')
  expect(headers.location).toBe(place)
})

it('return_to is not readable in the state that goes to Scalekit', async () => {
  const { visitor } = await start()
  const { searchParams } = await visitor().begin('/login?organization_id=acme&return_to=/deep/link')
  const state = Buffer.from(searchParams.get('state')!, 'base64url').toString()
  expect(state).not.toContain('deep')
})

it('return_to does not lead back to a route of ours whose path has capitals', async () => {
  const { visitor } = await start({ options: { paths: { login: '/Sign-In' } } })
  for (const place of ['/Sign-In', '/sign-in', '/SIGN-IN/?a=b']) {
    const query = new URLSearchParams({ organization_id: 'acme', return_to: place })
    const { headers } = await visitor().signIn(`/Sign-In?${query}`, 'ada@acme.example')
    expect(headers.location).toBe('/')
  }
})
