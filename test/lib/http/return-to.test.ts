import { describe, expect, it } from 'vitest'
import { goodPlaces, hostilePlaces } from '../../support/return-to-corpus.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import { start } from '../../support/start.ts'

const shown = (place: string) => [JSON.stringify(place.slice(0, 60)), place] as const

/** Where a whole sign-in with this `return_to` ends. */
async function landing(application: Awaited<ReturnType<typeof start>>, returnTo: string) {
  const browser = application.visitor()
  const query = new URLSearchParams({ organization_id: 'acme', return_to: returnTo })
  const authorizeUrl = await browser.begin(`/login?${query}`)
  const callbackUrl = await signInAt(authorizeUrl.href, 'ada@acme.example')
  const { headers } = await browser.open(callbackUrl).expect(302)
  return headers.location!
}

describe('return_to', () => {
  it('of every hostile kind ends at the start page, or stays on this origin', async () => {
    const application = await start()
    const ends: [string, string][] = []
    for (const place of hostilePlaces) ends.push([place, await landing(application, place)])
    const outside = ends.filter(([, end]) => {
      const url = new URL(end, application.url)
      return url.origin !== application.url || end.startsWith('//') || /[^!-~]/.test(end)
    })
    expect(outside).toEqual([])
    expect(ends.filter(([, end]) => end !== '/')).toEqual([])
  }, 60_000)

  it.each(goodPlaces.map(shown))('%s arrives byte for byte', async (_shown, place) => {
    expect(await landing(await start(), place)).toBe(place)
  })

  it('given twice is refused', async () => {
    const { visitor } = await start()
    const answer = await visitor().open('/login?return_to=/a&return_to=//evil.example').expect(400)
    expect(answer.text).toContain('parameter_invalid')
  })

  it.each([
    ['return_to[]=//evil.example'],
    ['return_to[0]=//evil.example'],
    ['Return_To=//evil.example'],
    ['return_to%00=//evil.example'],
    ['returnTo=//evil.example'],
    ['next=//evil.example'],
  ])('is nothing else: %s', async (query) => {
    const { visitor } = await start()
    const browser = visitor()
    const answer = await browser.signIn(`/login?domain=acme.example&${query}`, 'ada@acme.example')
    expect(answer.headers.location).toBe('/')
  })

  it('is not readable in the state that goes to Scalekit', async () => {
    const { visitor } = await start()
    const url = await visitor().begin('/login?return_to=/deep/link')
    expect(Buffer.from(url.searchParams.get('state')!, 'base64url').toString()).not.toContain(
      'deep',
    )
  })
})
