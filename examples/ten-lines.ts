import express from 'express'
import { scalekitAuth } from 'express-scalekit'

const app = express()
const auth = scalekitAuth()
app.use(auth)
app.get(
  '/',
  auth.protect([], (req, res) => {
    res.type('text').send(`Hello ${req.scalekit.user.name} of ${req.scalekit.organizationId}`)
  }),
)
app.listen(process.env.PORT ?? 3000)
