import type { IncomingMessage } from 'node:http'

/** Where a request came from, as far as the application knows. */
export interface RequestOrigin {
  readonly ip?: string
  readonly requestId?: string | number
}

/** The address as Express reads it by its `trust proxy`; other frameworks have the connection's. */
export function originOf(req: IncomingMessage): RequestOrigin {
  const [ip, requestId] = [addressOf(req), requestIdOf(req)]
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}

function addressOf(req: IncomingMessage): string | undefined {
  const known = expressAddressOf(req)
  // A socket that was destroyed has no address any more, and a request that was made up no socket.
  return typeof known === 'string' && known !== '' ? known : req.socket?.remoteAddress
}

/** A getter that runs the application's own `trust proxy`, which may throw. */
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
