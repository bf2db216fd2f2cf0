import { getAuth, requireAuth, scalekitAuth } from 'express-scalekit'
import Koa from 'koa'

/** A Connect middleware for Koa: what it has answered is not handed on. */
const use = (middleware) => async (ctx, next) => {
  const isAnswered = await new Promise((resolve, reject) => {
    ctx.res.once('close', () => resolve(true))
    middleware(ctx.req, ctx.res, (error) => (error ? reject(error) : resolve(false)))
  })
  if (!isAnswered) await next()
}

const app = new Koa()
app.use(use(scalekitAuth()))
app.use(use(requireAuth()))
app.use((ctx) => {
  ctx.body = `Hello ${getAuth(ctx.req).user.name}`
})
app.listen(process.env.PORT ?? 3000)
