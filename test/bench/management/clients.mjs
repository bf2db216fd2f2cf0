import { Agent, request } from 'node:http'

const secret = 'a client secret for this measurement'
const id = 'org_69615647365005430'

/** The same calls made in several ways, each for one environment. */
export const clients = {
  /** The least that anybody has to do: send, read to the end, parse. */
  async 'http.request'(url) {
    const agent = new Agent({ keepAlive: true })
    const headers = { accept: 'application/json', authorization: 'Bearer a.b.c' }
    const read = (path) => {
      const target = new URL(`/api/v1/organizations${path}`, url)
      return () => parsed(target, { agent, headers })
    }
    return { 'one organization': read(`/${id}`), 'ten organizations': read('?page_size=10') }
  },
  async 'express-scalekit'(url) {
    const { ScalekitClient } = await import('../../../dist/client.js')
    return callsOf(new ScalekitClient(url, 'skc_bench', secret))
  },
  async '@scalekit-sdk/node'(url) {
    const { ScalekitClient } = await import('@scalekit-sdk/node')
    return callsOf(new ScalekitClient(url, 'skc_bench', secret))
  },
}

function parsed(target, options) {
  return new Promise((resolve, reject) => {
    request(target, options, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks))))
      response.on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}

function callsOf({ organization }) {
  return {
    'one organization': () => organization.getOrganization(id),
    'ten organizations': () => organization.listOrganization({ pageSize: 10 }),
  }
}
