import type { Json } from '../../ground/types.ts'

/** A link with which a customer's administrator opens the admin portal. */
export interface PortalLink {
  /** `lnk_` and digits. */
  readonly id: string
  readonly organizationId: string
  /** The features that can be set up there. Empty: those that the organization has enabled. */
  readonly features: readonly string[]
  /** In milliseconds. */
  readonly expiresAt: number
  /** The latest change there, until a page has shown it. */
  news?: PortalMessage
}

/**
 * A message that the admin portal sends to the embedding page by `postMessage`.
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
