import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { email } from './apps/body.mjs'

/** An issuer that is nothing but its keys, so that thousands of access tokens are soon made. */
export async function startIssuer(clientId) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = 'snk_bench'
  const key = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid }
  const server = createServer((req, res) => {
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(req.url === '/keys' ? { keys: [key] } : documentOf(url)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  const header = encode({ alg: 'RS256', kid, typ: 'JWT' })

  /** As Full Stack Auth has them, with an address to say hello to. */
  function authorization() {
    const iat = Math.floor(Date.now() / 1000)
    const claims = {
      iss: url,
      sub: 'usr_69615647365005430',
      aud: [clientId],
      client_id: clientId,
      oid: 'org_69615647365005430',
      sid: 'ses_69615647365005430',
      iat,
      nbf: iat,
      // Longer than the measurement.
      exp: iat + 7200,
      jti: `tkn_${randomUUID()}`,
      email,
      roles: ['admin'],
      permissions: ['projects:read', 'projects:write', 'members:invite'],
      scope: 'openid profile email',
    }
    const signed = `${header}.${encode(claims)}`
    const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')
    return `Bearer ${signed}.${signature}`
  }

  return {
    url,
    one: authorization,
    many: (count) => Array.from({ length: count }, authorization),
    close: () => server.close(),
  }
}

function documentOf(url) {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
