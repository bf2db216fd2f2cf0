import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { requireAuth, scalekitAuth } from 'express-scalekit'
import { AppModule } from './app.module.js'

const app = await NestFactory.create(AppModule, new FastifyAdapter())
app.use(scalekitAuth())
app.use(requireAuth())
await app.listen(process.env.PORT ?? 3000)
