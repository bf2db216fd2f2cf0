import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { signWebhook, verifyWebhook } from '../../dist/webhooks.js'
import { settings } from './settings.mjs'
import { best, median } from './statistics.mjs'

/**
 * What it takes to verify and parse one delivery, beside the least that anybody has to do for it:
 * computing the signature and parsing, without any check.
 */
const deliveriesPerBatch = 500
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const key = Buffer.from(secret.slice('whsec_'.length), 'base64')

process.once('message', (text) => {
  const { body, headers } = deliveryOf(text)
  const ways = waysFor(body, headers)
  for (const [name, way] of Object.entries(ways)) assert.deepEqual(way(), JSON.parse(text), name)
  const { least, ...others } = ways
  const costs = Object.entries(others).map(([name, way]) => ({ name, ...compared(way, least) }))
  process.send(costs, () => process.disconnect())
})

/** As Node hands over what came in: the body as bytes, header values as flat texts. */
function deliveryOf(text) {
  const body = Buffer.from(text)
  const own = signWebhook({ id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', body, secret })
  const common = { host: 'app.example', 'content-type': 'application/json', 'user-agent': 'test' }
  return { body, headers: JSON.parse(JSON.stringify({ ...common, ...own })) }
}

function waysFor(body, headers) {
  const standard = new StandardWebhook(secret)
  const svix = new SvixWebhook(secret)
  return {
    least() {
      const prefix = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
      createHmac('sha256', key).update(prefix).update(body).digest('base64')
      return JSON.parse(body)
    },
    'express-scalekit': () => verifyWebhook(body, headers, secret),
    standardwebhooks: () => standard.verify(body, headers),
    svix: () => svix.verify(body, headers),
  }
}

/** One batch of each right after the other, so that what the machine does meanwhile touches both. */
function compared(way, least) {
  for (let round = 0; round < settings.webhookRounds / 4; round += 1) pairOf(way, least, round)
  const pairs = Array.from({ length: settings.webhookRounds }, (_, round) =>
    pairOf(way, least, round),
  )
  return {
    micros: best(pairs.map(({ own }) => own)),
    ratio: median(pairs.map(({ own, base }) => base / own)),
  }
}

function pairOf(way, least, round) {
  if (round % 2 === 0) return { base: batch(least), own: batch(way) }
  const own = batch(way)
  return { own, base: batch(least) }
}

/** Microseconds for one delivery. */
function batch(way) {
  const startedAt = performance.now()
  for (let count = 0; count < deliveriesPerBatch; count += 1) way()
  return ((performance.now() - startedAt) * 1000) / deliveriesPerBatch
}
