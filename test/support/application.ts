import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import expressSession, { MemoryStore, type SessionOptions, type Store } from 'express-session'
import {
  getAuth,
  type Middleware,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  scalekitAuth,
} from '../../src/index.ts'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../src/testing.ts'
import { createHost, type HandledError, type HostApp } from './hosts.ts'
import { recordingLogger } from './recording-logger.ts'
import { isExpressSession } from './session-cookie.ts'
import { type Visitor, visitorOf } from './visitor.ts'

/** An application with the kit in front, and browsers to visit it. */
export interface ServedApplication {
  readonly url: string
  readonly auth: ScalekitAuth
  /** What the server calls with each request. */
  readonly app: HostApp
  /** Every line the kit logged. */
  readonly log: readonly string[]
  /** A browser with its own cookies. */
  visitor(): Visitor
  close(): Promise<void>
}

/** The same with an emulator behind it. */
export interface Application extends ServedApplication {
  readonly emulator: Emulator
}

/** What a test may want the application itself to be. */
export interface ServedParts {
  /** Default: the framework that this run of the tests is about. */
  readonly host?: () => HostApp
  /** Where an application with `express-session` keeps its sessions. Default: its own memory. */
  readonly store?: Store
  /** Puts the kit and the routes into the application. Default: the kit at the root, `/app` guarded. */
  mount?(app: HostApp, auth: ScalekitAuth): void
  /**
   * Accepts sockets of the server.
   *
   * @param session The application's own `express-session`, where it has one.
   */
  attach?(server: Server, auth: ScalekitAuth, session: Middleware | undefined): void
}

/** What a test may want to be otherwise. */
export interface ApplicationParts extends ServedParts {
  readonly options?: ScalekitAuthOptions
  readonly seed?: EmulatorSeed
  /** The kit's paths that the emulator has to know. Default: `/callback` and `/logout`. */
  readonly callback?: string
  readonly logout?: string
  /** The path that the emulator sends logout tokens to. Default: none, it sends none. */
  readonly backchannelLogout?: string
  readonly emulator?: Emulator
}

/** Starts emulator and application, each on a free port. */
export async function startApplication(parts: ApplicationParts = {}): Promise<Application> {
  const { callback = '/callback', logout = '/logout', backchannelLogout } = parts
  const startBehind = (url: string) =>
    startEmulator({
      redirectUris: [url + callback],
      postLogoutRedirectUris: [url + logout],
      ...(backchannelLogout && { backChannelLogoutUri: url + backchannelLogout }),
      ...parts.seed,
    })
  let emulator = parts.emulator
  const served = await serveApplication(parts, async (url) => {
    emulator ??= await startBehind(url)
    return { ...emulator.options, ...parts.options }
  })
  return {
    ...served,
    emulator: emulator!,
    async close() {
      await served.close()
      if (!parts.emulator) await emulator?.close()
    },
  }
}

/**
 * Starts an application on a free port.
 *
 * @param optionsFor What the kit is told, for the URL the application has.
 */
export async function serveApplication(
  parts: ServedParts,
  optionsFor: (url: string) => ScalekitAuthOptions | Promise<ScalekitAuthOptions>,
): Promise<ServedApplication> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { logger, lines } = recordingLogger()
  // Tests know the cookies by their names, which would have the port in them.
  const named = { name: 'scalekit', baseUrl: url, logger }
  const auth = scalekitAuth({ ...named, ...(await optionsFor(url)) })
  const app = (parts.host ?? createHost)()
  const mount = parts.mount ?? mountAtRoot
  const session = isExpressSession ? applicationSession(parts.store) : undefined
  if (session) app.use(session)
  mount(app, auth)
  app.use(answerError)
  server.on('request', app)
  parts.attach?.(server, auth, session)
  return {
    url,
    auth,
    app,
    log: lines,
    visitor: () => visitorOf(url),
    async close() {
      await auth.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** `express-session` as its README mounts it. */
export function applicationSession(
  store: Store = new MemoryStore(),
  options: Partial<SessionOptions> = {},
): Middleware {
  return expressSession({
    secret: 'a secret of these tests, for express-session',
    resave: false,
    saveUninitialized: false,
    store,
    ...options,
  }) as unknown as Middleware
}

/** The kit at the root, one public page and one guarded page. */
export function mountAtRoot(app: HostApp, auth: ScalekitAuth): void {
  app.use(auth)
  app.use('/app', auth.requireAuth())
  app.use('/app', showPrincipal)
  app.use('/public', showPrincipal)
}

/** Answers who the kit says is asking. */
export function showPrincipal(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(getAuth(req)))
}

function answerError(
  error: HandledError,
  _req: IncomingMessage,
  res: ServerResponse,
  _next: (error?: unknown) => void,
): void {
  res.statusCode = error.status ?? 500
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ handledBy: 'application', code: error.code, message: error.message }))
}
