import { createServer } from 'node:http'
import { requireAuth, scalekitAuth } from 'express-scalekit'
import next from 'next'

const app = next({ dev: process.env.NODE_ENV !== 'production' })
await app.prepare()
const [auth, guard, pages] = [scalekitAuth(), requireAuth(), app.getRequestHandler()]
const server = createServer((req, res) => {
  const failed = (error) => res.writeHead(error.status ?? 500).end(error.message)
  const guarded = (error) => (error ? failed(error) : pages(req, res))
  auth(req, res, (error) => (error ? failed(error) : guard(req, res, guarded)))
})
server.listen(process.env.PORT ?? 3000)
