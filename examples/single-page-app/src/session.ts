/** What `GET /me` returns. Tokens are never in it. */
export type Me = SignedIn | { readonly status: 'signed-out'; readonly loginUrl: string }

export interface SignedIn {
  readonly status: 'signed-in'
  readonly user: { readonly id: string; readonly name?: string; readonly email?: string }
  readonly organizationId?: string
  readonly roles: readonly string[]
  readonly csrfToken: string
  readonly loginUrl: string
  readonly logoutUrl: string
}

export async function readMe(): Promise<Me> {
  const response = await fetch('/me')
  if (!response.ok) throw new Error(`/me returned ${response.status}`)
  return response.json()
}

/** Leaves for a sign-in that ends on the page that is open now. */
export function goToSignIn(loginUrl: string): Promise<never> {
  const url = new URL(loginUrl, location.origin)
  const { pathname, search, hash } = location
  url.searchParams.set('return_to', pathname + search + hash)
  return leaveFor(url)
}

export async function signOut({ logoutUrl, csrfToken }: SignedIn): Promise<never> {
  const headers = { 'X-CSRF-Token': csrfToken }
  const response = await fetch(logoutUrl, { method: 'POST', headers })
  // Another tab has signed out, or signed in again, since this page was loaded.
  if (!response.ok || response.redirected) return leaveFor('/')
  const { redirectTo } = await response.json()
  // The session here is over; the browser has to visit Scalekit, too, to end the one there.
  return leaveFor(redirectTo)
}

/** Never settles: no caller should go on with a page that the browser is leaving. */
function leaveFor(url: string | URL): Promise<never> {
  location.assign(url)
  return new Promise(() => {})
}
