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

it.each([
  ['/kunden/Müller', '/kunden/M%C3%BCller'],
  ['/search?q=annual report', '/search?q=annual%20report'],
  ['/東京#駅', '/%E6%9D%B1%E4%BA%AC#%E9%A7%85'],
  [`/${'ö'.repeat(341)}`, `/${'%C3%B6'.repeat(341)}`],
  [`/${'a'.repeat(2047)}`, `/${'a'.repeat(2047)}`],
])('return_to %s arrives as a URL has it', async (place, url) => {
  const { visitor, log } = await start()
  const query = new URLSearchParams({ organization_id: 'acme', return_to: place })
  const { headers } = await visitor().signIn(`/login?${query}`, 'ada@acme.example')
  expect(headers.location).toBe(url)
  expect(log.join('\n')).not.toContain('dropped')
})

it.each([
  [`/${'a'.repeat(2048)}`, 'it is longer than 2048 characters'],
  [`/${'ö'.repeat(342)}`, 'it is longer than 2048 characters'],
  ['https://evil.example/private', 'it is not a path of this application'],
  ['/a\\private', 'it has a backslash, a control character or half a character'],
  ['/.//evil.example/private', 'it leads to another site'],
  ['/logout?private=1', 'it is a route of the kit'],
])('return_to %s is dropped with a line that says why', async (place, why) => {
  const { visitor, log } = await start()
  const query = new URLSearchParams({ organization_id: 'acme', return_to: place })
  const { headers } = await visitor().signIn(`/login?${query}`, 'ada@acme.example')
  expect(headers.location).toBe('/')
  const lines = log.join('\n')
  expect(lines).toContain(`dropped: ${why}`)
  expect(lines).not.toContain('private')
})

it('a guard brings a visitor back to a deep link of more than a kilobyte', async () => {
  const { visitor } = await start()
  const browser = visitor()
  const link = `/app?filter=${'a'.repeat(1800)}`
  const { headers } = await browser.open(link).expect(302)
  const login = `${headers.location}&organization_id=acme`
  expect((await browser.signIn(login, 'ada@acme.example')).headers.location).toBe(link)
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

it('half a character, which has no form in a URL, leads nowhere', async () => {
  const { visitor, log } = await start({
    options: { login: { onLogin: () => ({ returnTo: '/\ud800' }) } },
  })
  const { headers } = await visitor().signIn('/login?organization_id=acme', 'ada@acme.example')
  expect(headers.location).toBe('/')
  expect(log.join('\n')).toContain('dropped: it has a backslash, a control character or half a')
})
