import { createServer } from 'node:http'
import { scalekitAuth } from 'express-scalekit'

const auth = scalekitAuth()
const home = auth.protect([], (req, res) => {
  res.end(`Hello ${req.scalekit.user.name}`)
})
const server = createServer((req, res) => {
  const failed = (error) => res.writeHead(error?.status ?? 500).end(error?.message)
  auth(req, res, (error) => (error ? failed(error) : home(req, res, failed)))
})
server.listen(process.env.PORT ?? 3000)
