import type { IncomingMessage, ServerResponse } from 'node:http'
import { ScalekitError } from '../../ground/errors.ts'

/**
 * Refuses every method that is not allowed. The header `Allow` lists those that are.
 *
 * @throws {@link ScalekitError} `method_not_allowed`
 * @see RFC 9110 section 15.5.6
 */
export function assertMethod(
  req: IncomingMessage,
  res: ServerResponse,
  allowed: readonly string[],
  message: string,
): void {
  if (allowed.includes(req.method ?? '')) return
  const headers = { Allow: allowed.join(', ') }
  res.setHeader('Allow', headers.Allow)
  throw new ScalekitError('method_not_allowed', message, { headers })
}

/** @throws {@link ScalekitError} `method_not_allowed` for every method except GET and HEAD */
export function assertRead(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET', 'HEAD'], 'This route must be called with GET')
}
