import type { IncomingMessage, ServerResponse } from 'node:http'
import { assertMethod } from './method.ts'

/** @throws {@link LoginError} `method_not_allowed` for anything but GET and HEAD */
export function assertRead(req: IncomingMessage, res: ServerResponse): void {
  assertMethod(req, res, ['GET', 'HEAD'], 'This is read with GET')
}
