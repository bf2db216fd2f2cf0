import { startEmulator } from 'express-scalekit/testing'
import { createApp } from '../app.js'

// By default the emulator sends users back to http://localhost:3000/callback.
const emulator = await startEmulator()
const webhooks = { secret: emulator.webhookSecret }
createApp({ ...emulator.options, baseUrl: 'http://localhost:3000', webhooks }).listen(3000)
