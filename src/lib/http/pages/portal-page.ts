import type { PageTexts } from '../../config/texts/page-texts.ts'
import { html, raw } from '../../ground/html.ts'
import { policyHash } from '../../ground/html-document.ts'
import type { Page } from './page.ts'

/** The CSS of this page only. */
export const portalStyle: string = `
body { place-items: stretch; padding: 0 }
main { display: grid; grid-template: auto auto 1fr / auto 1fr auto; max-width: none; min-height: 100vh; padding: 0; border: 0; border-radius: 0; box-shadow: none }
h1, .back, .brand { display: flex; align-items: center; margin: 0; padding: .9rem 1.25rem; font-size: 1.1rem; border-bottom: 1px solid var(--line) }
.brand { grid-column: 1; padding-inline-end: 0; line-height: 1.3 }
.brand + h1 { padding-inline-start: .6rem; color: var(--soft) }
.brand img { max-height: 1.75rem }
h1 { grid-column: 2; font-weight: 600 }
.back { grid-column: 3 }
.back a { color: var(--accent); font-size: 1rem; font-weight: 600; text-decoration: none; border-radius: .3rem }
.back a:hover { text-decoration: underline }
.back a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
#told, #portal { grid-column: 1 / -1 }
#told { margin: 0; padding: .6rem 1.25rem; background: var(--back); border-bottom: 1px solid var(--line) }
#told:empty { display: none }
#portal { grid-row: 3; display: grid }
#portal .ways { place-content: start; margin: 0; padding: 1.25rem }
#portal .ways a { flex: 0 1 auto }
iframe { width: 100%; height: 100%; min-height: 32rem; border: 0; background: #fff }
`

/**
 * Replaces the link with the portal in a frame. It only handles messages of the portal itself,
 * identified by their origin and by the frame: another window of that origin could send equal ones.
 * The texts are in an attribute of the page, so that the hash of the script is equal in every
 * language.
 *
 * @see https://docs.scalekit.com/reference/admin-portal/ui-events
 */
const script = `
const place = document.getElementById('portal')
const told = document.getElementById('told')
const link = place.querySelector('a')
const { origin } = new URL(link.href)
const texts = JSON.parse(place.dataset.texts)
const words = {
  PORTAL_LOAD_SUCCESS: '',
  PORTAL_LOAD_FAILURE: texts.failed,
  PORTAL_SESSION_WARNING: texts.expiring,
  PORTAL_SESSION_EXPIRY: texts.expired,
  ORGANIZATION_SSO_ENABLED: texts.ssoOn,
  ORGANIZATION_SSO_DISABLED: texts.ssoOff,
  ORGANIZATION_DIRECTORY_ENABLED: texts.directoryOn,
  ORGANIZATION_DIRECTORY_DISABLED: texts.directoryOff,
}
const ends = ['PORTAL_LOAD_FAILURE', 'PORTAL_SESSION_EXPIRY']
const frame = document.createElement('iframe')
frame.title = texts.title
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
  if (told.textContent === texts.opening) told.textContent = ''
})
told.textContent = texts.opening
const ways = place.replaceChild(frame, place.firstElementChild)
function offerAgain() {
  link.href = place.dataset.again
  link.textContent = texts.again
  place.replaceChildren(ways)
}
`
const scriptHash = policyHash(script)

/**
 * Shows the portal inside a page of the kit. Without scripts, the page has a link to it.
 *
 * @param link A URL whose holder can change how an organization signs in.
 */
export function portalPage(
  link: URL,
  ways: {
    readonly returnTo: string
    /** The URL at which another link is made. */
    readonly again: string
  },
  texts: PageTexts,
): Page {
  const { title, back, open } = texts.portal
  const words = JSON.stringify(texts.portal)
  const body = html`<p class="back"><a href="${ways.returnTo}">${back}</a></p>
<p id="told" role="status"></p>
<div id="portal" data-again="${ways.again}" data-texts="${words}"><div class="ways"><a class="first" href="${link.href}" rel="noreferrer">${open}</a></div></div>
<script>${raw(script)}</script>`
  return {
    title,
    body,
    language: texts,
    scriptHash,
    frameOrigin: link.origin,
    referrerPolicy: 'no-referrer',
  }
}
