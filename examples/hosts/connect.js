import connect from 'connect'
import { getAuth, requireAuth, scalekitAuth } from 'express-scalekit'

const app = connect()
app.use(scalekitAuth())
app.use(requireAuth())
app.use('/', (req, res) => {
  res.end(`Hello ${getAuth(req).user.name}`)
})
app.listen(process.env.PORT ?? 3000)
