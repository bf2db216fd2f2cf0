import serverlessExpress from '@codegenie/serverless-express'
import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'

const app = express()
const auth = scalekitAuth()
app.use(auth.captureRawBody)
app.use(express.json())
app.use(auth)
app.get('/', requireAuth(), (req, res) => {
  res.type('text').send(`Hello ${req.scalekit.user.name}`)
})
export const handler = serverlessExpress({ app })
