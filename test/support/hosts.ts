import type { IncomingMessage, ServerResponse } from 'node:http'
import connect from 'connect'
import express5 from 'express'
import express4 from 'express4'
import type { Middleware } from '../../src/index.ts'

/** An error as an application's error handler gets it. */
export interface HandledError {
  readonly status?: number
  readonly code?: string
  readonly message: string
}

/** The little that Express 5, Express 4 and Connect have in common. */
export interface HostApp {
  (req: IncomingMessage, res: ServerResponse): void
  use(middleware: Middleware): void
  use(path: string, middleware: Middleware): void
  use(
    handler: (
      error: HandledError,
      req: IncomingMessage,
      res: ServerResponse,
      next: (error?: unknown) => void,
    ) => void,
  ): void
}

const createByHost: Readonly<Record<string, () => HostApp>> = {
  'Express 5': () => express5() as unknown as HostApp,
  'Express 4': () => express4() as unknown as HostApp,
  Connect: () => connect() as unknown as HostApp,
}

/** An application on the framework that this run of the tests is about. */
export function createHost(): HostApp {
  const name = process.env.TEST_HOST ?? 'Express 5'
  const create = createByHost[name]
  if (!create) throw new Error(`No framework is called ${name}`)
  return create()
}
