import type { IncomingMessage, ServerResponse } from 'node:http'
import { LoginError } from '../errors.ts'

/** @throws {@link LoginError} `method_not_allowed` for anything but GET and HEAD */
export function assertRead(req: IncomingMessage, res: ServerResponse): void {
  if (req.method === 'GET' || req.method === 'HEAD') return
  res.setHeader('Allow', 'GET, HEAD')
  throw new LoginError('method_not_allowed', 'This is read with GET')
}
