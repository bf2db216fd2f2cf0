import type { IncomingMessage } from 'node:http'

const requests = new WeakSet<IncomingMessage>()

/** Notes that the requested page belongs to one organization. */
export function noteOrganizationPage(req: IncomingMessage): void {
  requests.add(req)
}

/** Whether the requested page belongs to one organization, so that users of others cannot open it. */
export function isOrganizationPage(req: IncomingMessage): boolean {
  return requests.has(req)
}
