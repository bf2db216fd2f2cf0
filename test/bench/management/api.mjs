import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { createServer } from 'node:net'
import { fromJson, toBinary } from '@bufbuild/protobuf'
import {
  GetOrganizationResponseSchema,
  ListOrganizationsResponseSchema,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/organizations/organizations_pb.js'

/**
 * The least that answers both clients: one organization, or a page of ten, as JSON over HTTP/1.1
 * and as gRPC over cleartext HTTP/2, on one port, made once and sent as it is.
 */
const page = {
  nextPageToken: '',
  prevPageToken: '',
  totalSize: 10,
  organizations: Array.from({ length: 10 }, (_, index) => ({
    id: `org_6961564736500543${index}`,
    createTime: '2026-01-02T03:04:05.123456Z',
    updateTime: '2026-01-02T03:04:05.123456Z',
    displayName: `Customer ${index}`,
    regionCode: 'US',
    externalId: `customer-${index}`,
    metadata: { plan: 'team' },
    settings: { features: [{ name: 'sso', enabled: true }] },
  })),
}

const one = { organization: page.organizations[0] }

const jsonOf = (answer) => Buffer.from(JSON.stringify(inSnakeCase(answer)))
const [onePage, oneOrganization] = [jsonOf(page), jsonOf(one)]
const token = Buffer.from('{"access_token":"a.b.c","token_type":"Bearer","expires_in":86399}')

const http = createHttp((req, res) => {
  req.resume()
  const body = bodyFor(req.url)
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  res.end(body)
})

function bodyFor(url) {
  if (url.startsWith('/oauth/token')) return token
  return url.startsWith('/api/v1/organizations/') ? oneOrganization : onePage
}

const pageFrame = frameOf(ListOrganizationsResponseSchema, page)
const organizationFrame = frameOf(GetOrganizationResponseSchema, one)

/** A message as gRPC sends it: not compressed, its length, its bytes. */
function frameOf(schema, answer) {
  const message = toBinary(schema, fromJson(schema, answer))
  const frame = Buffer.concat([Buffer.alloc(5), message])
  frame.writeUInt32BE(message.length, 1)
  return frame
}

const http2 = createHttp2().on('stream', (stream, { ':path': path }) => {
  stream.resume()
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc+proto' },
    { waitForTrailers: true },
  )
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(path.endsWith('/GetOrganization') ? organizationFrame : pageFrame)
})

/** How HTTP/2 begins, and no method of HTTP/1. */
const preface = 'PRI'

const server = createServer((socket) => {
  // Looked at without letting it flow: both servers then read it from its first byte on.
  socket.once('readable', () => {
    const chunk = socket.read()
    if (chunk === null) return
    socket.unshift(chunk)
    const isHttp2 = chunk.toString('latin1', 0, preface.length) === preface
    ;(isHttp2 ? http2 : http).emit('connection', socket)
  })
})
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
)
process.on('disconnect', () => process.exit())

/** `metadata` has keys of the customer's own. */
function inSnakeCase(value) {
  if (Array.isArray(value)) return value.map(inSnakeCase)
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name === 'metadata' ? inner : inSnakeCase(inner),
    ]),
  )
}
