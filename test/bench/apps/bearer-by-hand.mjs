import { createPublicKey, verify } from 'node:crypto'
import express from 'express'
import { hello } from './body.mjs'

/**
 * The least that an application can do for access tokens: one key, two claims, a cache of those
 * seen. No revocation, no roles, no headers that keep the response out of caches.
 */
export function createApp({ environmentUrl }) {
  const app = express().set('env', 'production')
  const keyLoaded = loadKey(environmentUrl)
  const seen = new Map()

  function claimsOf(token, key) {
    const end = token.lastIndexOf('.')
    const signed = Buffer.from(token.slice(0, end), 'latin1')
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    if (!verify('RSA-SHA256', signed, key, signature)) return undefined
    const payload = Buffer.from(token.slice(token.indexOf('.') + 1, end), 'base64url')
    return JSON.parse(payload.toString())
  }

  function remember(tag, token, claims) {
    if (seen.size >= 5000) seen.clear()
    seen.set(tag, { token, claims })
    return claims
  }

  app.use(async (req, res, next) => {
    const token = req.headers.authorization?.slice(7) ?? ''
    const tag = token.slice(-22)
    const known = seen.get(tag)
    const claims =
      known?.token === token ? known.claims : remember(tag, token, claimsOf(token, await keyLoaded))
    if (claims?.iss !== environmentUrl || claims.exp <= Date.now() / 1000) {
      res.status(401).end()
      return
    }
    req.auth = claims
    next()
  })
  app.get('/app', (req, res) => {
    res.json(hello(req.auth))
  })
  return app
}

async function loadKey(environmentUrl) {
  const answer = await fetch(`${environmentUrl}/keys`)
  const { keys } = await answer.json()
  return createPublicKey({ key: keys[0], format: 'jwk' })
}
