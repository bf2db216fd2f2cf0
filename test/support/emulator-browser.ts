import { decodeJwt, type JWTPayload } from 'jose'
import type { Emulator } from '../../src/testing.ts'
import { postToken, tokenParams } from '../lib/emulator/application.ts'

/** What a browser shows, or where it was sent. */
export interface Sight {
  readonly status: number
  readonly page: string
  /** Without the product's name at its end. */
  readonly title: string | undefined
  /** Where a redirect leads. */
  readonly location: URL | undefined
  /** The parameters of the redirect. */
  readonly params: Readonly<Record<string, string>>
}

/** A browser at the emulator's pages: it keeps the emulator's cookie, and follows no redirect. */
export function browserAt(emulator: Emulator) {
  let cookie = ''
  let shown: Sight | undefined

  async function go(url: string, init: RequestInit = {}): Promise<Sight> {
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { cookie, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Test/1.0' },
    })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
    shown = sightOf(answer, await answer.text())
    return shown
  }

  return {
    open: (url: string) => go(url),
    /** Sends the form of the page that is shown. */
    send(fields: Readonly<Record<string, string>>): Promise<Sight> {
      const request = /name="request" value="([^"]+)"/.exec(shown?.page ?? '')?.[1]
      if (!request) throw new Error(`There is no form on ${shown?.title}`)
      const body = new URLSearchParams({ request, ...fields })
      return go(`${emulator.url}/emulator/sign-in`, { method: 'POST', body })
    },
    /** Presses the button of this person. */
    choose(email: string): Promise<Sight> {
      const before = shown?.page.split(` data-email="${email}"`)[0] ?? ''
      return this.send({ person: /.*value="([^"]+)"$/s.exec(before)![1]! })
    },
  }
}

function sightOf(answer: Response, page: string): Sight {
  const target = answer.headers.get('location')
  const location = target === null ? undefined : new URL(target, answer.url)
  return {
    status: answer.status,
    page,
    title: /<title>(.*) · Scalekit emulator<\/title>/.exec(page)?.[1],
    location,
    params: Object.fromEntries(location?.searchParams ?? []),
  }
}

/** The claims of the tokens that the code of a redirect is good for. */
export async function claimsOf(
  emulator: Emulator,
  { params }: Sight,
): Promise<{ readonly idToken: JWTPayload; readonly accessToken: JWTPayload }> {
  const { body } = await postToken(emulator, tokenParams(emulator, params.code ?? 'none'))
  return { idToken: decodeJwt(body.id_token), accessToken: decodeJwt(body.access_token) }
}
