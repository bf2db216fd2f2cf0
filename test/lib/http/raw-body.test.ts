import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import type { Middleware } from '../../../src/index.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'
import { start } from '../../support/start.ts'
import { deliver, webhookSecret } from '../../support/webhook.ts'

/** What applications mount, for their own routes. */
const parsers: Readonly<Record<string, () => Middleware | undefined>> = {
  'no parser': () => undefined,
  'express.json()': () => express.json() as unknown as Middleware,
  'express.urlencoded()': () => express.urlencoded({ extended: true }) as unknown as Middleware,
  'express.raw()': () => express.raw({ type: '*/*' }) as unknown as Middleware,
  'express.text()': () => express.text({ type: '*/*' }) as unknown as Middleware,
}

const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']

/** What a parser that writes JSON again gets wrong: spaces, escapes, the forms of numbers. */
const event = {
  ...documentedExamples['organization.directory.user_created'],
  display_name: 'Zoë <&> \u2028 1.0e1',
}

describe.each(['before', 'after'] as const)('a parser %s the kit', (place) => {
  it.each(Object.keys(parsers).flatMap((parser) => types.map((type) => [parser, type] as const)))(
    '%s, for a delivery of type %j, changes no byte',
    async (name, type) => {
      const handler = vi.fn()
      const parser = parsers[name]!()
      const { url } = await start({
        options: { webhooks: { secret: webhookSecret, onDirectoryUserCreated: handler } },
        mount(app, auth) {
          if (parser && place === 'before') app.use(parser)
          app.use(auth)
          if (parser && place === 'after') app.use(parser)
          app.use('/echo', (req, res) => {
            const { body } = req as { readonly body?: unknown }
            res.end(JSON.stringify(body ?? null))
          })
        },
      })
      const answer = await deliver(url, { event, type })
      expect([answer.status, answer.body]).toEqual([201, { status: 'handled' }])
      expect(handler.mock.calls[0]![1].raw).toEqual(Buffer.from(JSON.stringify(event)))
      // The application's own routes have their parser as before.
      if (name === 'express.json()' && type === 'application/json') {
        const echo = await deliver(url, { path: '/echo', event: { a: 1 } }).expect(200)
        expect(JSON.parse(echo.text)).toEqual({ a: 1 })
      }
    },
  )
})

describe('a body', () => {
  const webhooks = { secret: webhookSecret, onDirectoryUserCreated() {} }

  it('that a parser took and kept is read from there', async () => {
    const { url } = await start({
      options: { webhooks },
      mount(app, auth) {
        // As platforms do that read requests themselves.
        app.use((req, _res, next) => {
          const chunks: Buffer[] = []
          const { push } = Object.getPrototypeOf(Object.getPrototypeOf(req))
          Object.assign(req, { push })
          req.on('data', (chunk) => chunks.push(chunk))
          req.on('end', () => {
            Object.assign(req, { rawBody: Buffer.concat(chunks) })
            next()
          })
        })
        app.use(auth)
      },
    })
    await deliver(url).expect(201)
  })

  it('whose bytes are gone is never taken for a wrong signature: 503, and what to do', async () => {
    const { url, log } = await start({
      options: { webhooks },
      mount(app, auth) {
        app.use((req, _res, next) => {
          const { push } = Object.getPrototypeOf(Object.getPrototypeOf(req))
          Object.assign(req, { push })
          req.resume().on('end', () => {
            Object.assign(req, { body: { id: 'evt_1' } })
            next()
          })
        })
        app.use(auth)
      },
    })
    const answer = await deliver(url).expect(503)
    expect(answer.body.code).toBe('webhook_body_consumed')
    expect(answer.body.hint).toContain('Mount scalekitAuth() above body parsers')
    expect(log.filter((line) => line.includes('webhook_body_consumed'))).toHaveLength(1)
  })
})
