import type { PortalMessage } from '../state/portal-link.ts'

/** What the script of a portal's page tells whoever embeds it. */
export interface PortalScript {
  /** Origins that may embed it; nobody else is told. */
  readonly origins: readonly string[]
  readonly messages: readonly {
    /** How long after the page was there, in milliseconds. */
    readonly afterMs: number
    readonly message: PortalMessage
  }[]
}

/** Posts what the page was given in `data-portal`. All else on it works without a script. */
export const portalScript: string = `
const { origins, messages } = JSON.parse(document.querySelector('[data-portal]').dataset.portal)
if (window.parent !== window) {
  for (const { afterMs, message } of messages) {
    setTimeout(() => {
      for (const origin of origins) window.parent.postMessage(message, origin)
    }, afterMs)
  }
}
`
