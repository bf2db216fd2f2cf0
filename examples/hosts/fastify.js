import middie from '@fastify/middie'
import { getAuth, requireAuth, scalekitAuth } from 'express-scalekit'
import Fastify from 'fastify'

const app = Fastify()
await app.register(middie)
app.use(scalekitAuth())
app.use(requireAuth())
app.get('/', async (request) => `Hello ${getAuth(request.raw).user.name}`)
await app.listen({ port: process.env.PORT ?? 3000 })
