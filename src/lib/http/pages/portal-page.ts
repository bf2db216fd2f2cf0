import { html, raw } from '../../ground/html.ts'
import { policyHash } from '../../ground/html-document.ts'
import type { Page } from './page.ts'

/** What is particular about this page. */
export const portalStyle: string = `
body { place-items: stretch; padding: 0 }
main { display: grid; grid-template: auto auto 1fr / 1fr auto; max-width: none; min-height: 100vh; padding: 0; border: 0; border-radius: 0; box-shadow: none }
h1, .back { display: flex; align-items: center; margin: 0; padding: .9rem 1.25rem; font-size: 1.1rem; border-bottom: 1px solid var(--line) }
.back a { color: var(--accent); font-size: 1rem; font-weight: 600; text-decoration: none; border-radius: .3rem }
.back a:hover { text-decoration: underline }
.back a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
#told, #portal { grid-column: 1 / -1 }
#told { margin: 0; padding: .6rem 1.25rem; background: var(--back); border-bottom: 1px solid var(--line) }
#told:empty { display: none }
#portal { grid-row: 3; display: grid }
#portal .ways { place-content: center; padding: 2rem 1.25rem }
#portal .ways a { flex: 0 1 auto }
iframe { width: 100%; height: 100%; min-height: 32rem; border: 0; background: #fff }
`

/**
 * Puts the portal where its link was. Only what the portal itself sends is heard: by its origin,
 * and by its frame, as another window of that origin could say the same.
 *
 * @see https://docs.scalekit.com/reference/admin-portal/ui-events
 */
const script = `
const place = document.getElementById('portal')
const told = document.getElementById('told')
const link = place.querySelector('a')
const { origin } = new URL(link.href)
const words = {
  PORTAL_LOAD_SUCCESS: '',
  PORTAL_LOAD_FAILURE: 'The portal could not be opened.',
  PORTAL_SESSION_WARNING: 'Your portal session is about to expire. Please finish your changes.',
  PORTAL_SESSION_EXPIRY: 'Your portal session has expired.',
  ORGANIZATION_SSO_ENABLED: 'Single sign-on is now switched on.',
  ORGANIZATION_SSO_DISABLED: 'Single sign-on is now switched off.',
  ORGANIZATION_DIRECTORY_ENABLED: 'Directory sync is now switched on.',
  ORGANIZATION_DIRECTORY_DISABLED: 'Directory sync is now switched off.',
}
const ends = ['PORTAL_LOAD_FAILURE', 'PORTAL_SESSION_EXPIRY']
const frame = document.createElement('iframe')
frame.title = 'Admin portal'
frame.referrerPolicy = 'no-referrer'
frame.allow = 'clipboard-write'
frame.src = link.href
addEventListener('message', (message) => {
  if (message.origin !== origin || message.source !== frame.contentWindow) return
  const type = message.data?.event_type
  if (!Object.hasOwn(words, type)) return
  told.textContent = words[type]
  if (ends.includes(type)) offerAgain()
})
frame.addEventListener('load', () => {
  if (told.textContent === opening) told.textContent = ''
})
const opening = 'Opening the portal …'
told.textContent = opening
const ways = place.replaceChild(frame, place.firstElementChild)
function offerAgain() {
  link.href = place.dataset.again
  link.textContent = 'Open again'
  place.replaceChildren(ways)
}
`
const scriptHash = policyHash(script)

/**
 * The portal inside a page of ours; without scripts, a link to it.
 *
 * @param link Whoever has it may change how an organization signs in.
 */
export function portalPage(
  link: URL,
  ways: {
    readonly returnTo: string
    /** Where another link is made. */
    readonly again: string
  },
): Page {
  const body = html`<p class="back"><a href="${ways.returnTo}">Back</a></p>
<p id="told" role="status"></p>
<div id="portal" data-again="${ways.again}"><div class="ways"><a class="first" href="${link.href}" rel="noreferrer">Open the admin portal</a></div></div>
<script>${raw(script)}</script>`
  return {
    title: 'Admin portal',
    body,
    scriptHash,
    frameOrigin: link.origin,
    referrerPolicy: 'no-referrer',
  }
}
