// What a block of a page may use without importing or declaring it: names whose meaning is plain,
// each with its real type. Every other name is a mistake.

/** A part of the application's own: what it takes and returns is the application's business. */
// biome-ignore lint/suspicious/noExplicitAny: no page says how an application keeps its users.
type Own = Readonly<Record<string, (...given: unknown[]) => any>>

declare const app: import('express').Express
declare const auth: import('express-scalekit').ScalekitAuth
declare const boss: import('express-scalekit/queues').PgBossClient
declare const client: ReturnType<typeof import('redis').createClient>
declare const deliveries: import('bullmq').Queue
declare const express: typeof import('express')
declare const logger: import('express-scalekit').Logger
declare const pool: import('pg').Pool
declare const req: import('express').Request
declare const res: import('express').Response
declare const users: Own

// Packages that pages combine ours with and that are not installed here.
declare module '@playwright/test'
declare module 'express-rate-limit'
declare module '@codegenie/serverless-express'
declare module '@fastify/middie'
declare module '@hono/node-server'
declare module '@hono/node-server/utils/response'
declare module '@nestjs/core'
declare module '@nestjs/platform-fastify'
declare module 'cloudflare:node'
declare module 'fastify'
declare module 'hono'
declare module 'koa'
declare module 'next'
declare module 'serverless-http'
// The application's own.
declare module '*/app.module.js'
declare module 'undici' {
  export * from 'undici-types'
}
