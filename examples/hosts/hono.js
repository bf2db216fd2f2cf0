import { serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { getAuth, requireAuth, scalekitAuth } from 'express-scalekit'
import { Hono } from 'hono'

/** A Connect middleware for Hono on Node: what it has answered is not answered again. */
const use = (middleware) => async (c, next) => {
  const { incoming, outgoing } = c.env
  const isAnswered = await new Promise((resolve, reject) => {
    outgoing.once('close', () => resolve(true))
    middleware(incoming, outgoing, (error) => (error ? reject(error) : resolve(false)))
  })
  return isAnswered ? RESPONSE_ALREADY_SENT : next()
}

const app = new Hono()
app.use(use(scalekitAuth()))
app.use(use(requireAuth()))
app.get('/', (c) => c.text(`Hello ${getAuth(c.env.incoming).user.name}`))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
