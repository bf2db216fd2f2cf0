import type { Json } from '../../ground/types.ts'

/** What a customer's administrator opens the admin portal with. */
export interface PortalLink {
  /** `lnk_` and digits. */
  readonly id: string
  readonly organizationId: string
  /** What can be set up there. Empty: what the organization has enabled. */
  readonly features: readonly string[]
  /** In milliseconds. */
  readonly expiresAt: number
  /** What was just changed there, until a page has shown it. */
  news?: PortalMessage
}

/**
 * What the admin portal tells the page that embeds it, by `postMessage`.
 *
 * @see https://docs.scalekit.com/reference/admin-portal/ui-events
 */
export interface PortalMessage {
  readonly event_type: string
  readonly object: 'connection' | 'directory' | 'session'
  readonly organization_id: string
  readonly message: string
  readonly data: Json
}
