import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'

const app = express()
app.use(express.json())
app.use(scalekitAuth())
app.get('/', requireAuth(), (req, res) => {
  res.type('text').send(`Hello ${req.scalekit.user.name}`)
})
app.listen(process.env.PORT ?? 3000)
