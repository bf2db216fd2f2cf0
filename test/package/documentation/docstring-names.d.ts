// What an example of a docstring may use without importing or declaring it, besides the names of
// prelude.d.ts: parts of an application, and the packages it is written with.

type Handler = import('express').RequestHandler

declare const accounts: Own
declare const addAbortListener: typeof import('node:events').addAbortListener
declare const changePassword: Handler
declare const createOrder: Handler
declare const list: Handler
declare const save: Handler
declare const show: Handler
declare const showAdmin: Handler
declare const isPaying: (principal: import('express-scalekit').Principal) => boolean
declare const blocked: string
declare const emailPage: (page: import('express-scalekit').EmailPage) => string
declare const french: import('express-scalekit').PageTexts
declare const handlers: import('express-scalekit').WebhookHandlers
declare const job: { readonly sessionId: string }
declare const members: Own
declare const message: { readonly body: Buffer; readonly headers: Record<string, string> }
declare const metrics: Own
declare const principal: import('express-scalekit').SignedIn
declare const refuse: (socket: import('node:stream').Duplex, status: number) => void
declare const server: import('node:http').Server
declare const showSettings: () => void
declare const sockets: import('ws').WebSocketServer
declare const store: import('express-scalekit').StateStore

declare const body: string
declare const clientId: string
declare const clientSecret: string
declare const environmentUrl: string
declare const headers: Record<string, string>
declare const dispatcher: import('express-scalekit/webhooks').Dispatcher
declare const directoryId: string
declare const id: string
declare const organizationId: string
declare const rawBody: Buffer
declare const secret: string
declare const token: string
declare const url: string
declare const sync: (type: string, data: unknown) => void

declare const scalekit: import('express-scalekit').ScalekitClient
declare const cluster: ReturnType<typeof import('redis').createCluster>
declare const createClient: typeof import('redis').createClient
declare const Pool: typeof import('pg').Pool
declare const PgBoss: typeof import('pg-boss').PgBoss
declare const Queue: typeof import('bullmq').Queue
declare const randomUUID: typeof import('node:crypto').randomUUID
declare const request: typeof import('supertest')
