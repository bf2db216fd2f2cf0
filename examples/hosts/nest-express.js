import { NestFactory } from '@nestjs/core'
import { requireAuth, scalekitAuth } from 'express-scalekit'
import { AppModule } from './app.module.js'

const app = await NestFactory.create(AppModule)
app.use(scalekitAuth())
app.use(requireAuth())
await app.listen(process.env.PORT ?? 3000)
