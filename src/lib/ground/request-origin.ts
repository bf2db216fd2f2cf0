import type { IncomingMessage } from 'node:http'

/** The origin of a request, as far as the application knows it. */
export interface RequestOrigin {
  readonly ip?: string
  readonly requestId?: string | number
}

/**
 * Reads the client's address: in Express by its `trust proxy` setting, in other frameworks from the
 * connection.
 */
export function originOf(req: IncomingMessage): RequestOrigin {
  const [ip, requestId] = [addressOf(req), requestIdOf(req)]
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

function addressOf(req: IncomingMessage): string | undefined {
  const known = expressAddressOf(req)
  // A destroyed socket has no address, and a mocked request may have no socket.
  return typeof known === 'string' && known !== '' ? known : req.socket?.remoteAddress
}

/**
 * Reads Express's `req.ip`. This getter runs the application's `trust proxy` function, which may
 * throw.
 */
function expressAddressOf(req: IncomingMessage): unknown {
  try {
    return (req as { readonly ip?: unknown }).ip
  } catch {
    return undefined
  }
}

/** The application's own id of a request. pino-http sets a number. */
export function requestIdOf(req: IncomingMessage): string | number | undefined {
  const { id } = req as { readonly id?: unknown }
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? id : undefined
}
