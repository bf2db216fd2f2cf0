import type { PortalMessage } from '../state/portal-link.ts'

/** The messages that a portal's page posts to the page that embeds it. */
export interface PortalScript {
  /** Origins that may embed it. Messages are posted to these only. */
  readonly origins: readonly string[]
  readonly messages: readonly {
    /** The delay after the page was loaded, in milliseconds. */
    readonly afterMs: number
    readonly message: PortalMessage
  }[]
}

/** Posts the messages in the page's `data-portal`. Everything else on it works without a script. */
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
