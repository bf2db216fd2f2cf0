import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'

const app = express()
app.use(scalekitAuth())
app.get('/', requireAuth(), (req, res) => {
  res.type('text').send(`Hello ${req.scalekit.user.name} of ${req.scalekit.organizationId}`)
})
app.listen(process.env.PORT ?? 3000)
