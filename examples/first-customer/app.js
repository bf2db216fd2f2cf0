import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'

const app = express()
app.use(
  scalekitAuth({
    webhooks: {
      onDirectoryUserCreated: ({ data }) => console.log(`${data.email} came`),
      onDirectoryUserDeleted: ({ data }) => console.log(`${data.email} left`),
    },
  }),
)
app.get('/', requireAuth(), (req, res) => {
  res.type('text').send(`Hello ${req.scalekit.user.name} of ${req.scalekit.organizationId}`)
})
app.listen(process.env.PORT ?? 3000)
