import type { IncomingMessage } from 'node:http'

/**
 * Where a route says which organization it belongs to: the id itself, the name of a route
 * parameter or of a header, or a function of the request.
 */
export type OrganizationSelector<Req extends IncomingMessage = IncomingMessage> =
  | string
  | { readonly param: string }
  | { readonly header: string }
  | ((req: Req) => unknown)

/** Answers the organization's id, or `undefined` for none and for anything but one text. */
export function selectOrganization<Req extends IncomingMessage>(
  select: OrganizationSelector<Req>,
  req: Req,
): string | undefined {
  const value = selected(select, req)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function selected<Req extends IncomingMessage>(
  select: OrganizationSelector<Req>,
  req: Req,
): unknown {
  if (typeof select === 'function') return select(req)
  return typeof select === 'string' ? select : lookUp(select, req)
}

function lookUp(
  select: { readonly param: string } | { readonly header: string },
  req: IncomingMessage,
): unknown {
  if ('header' in select) return req.headers[select.header.toLowerCase()]
  const { params } = req as IncomingMessage & { params?: Record<string, unknown> }
  return params && Object.hasOwn(params, select.param) ? params[select.param] : undefined
}
