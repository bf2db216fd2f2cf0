import { Agent, request } from 'node:http'

/** Ways to ask for a page of ten organizations, each made for one environment. */
export const clients = {
  /** The least that anybody has to do: send, read to the end, parse. */
  async 'http.request'(url) {
    const agent = new Agent({ keepAlive: true })
    const headers = { accept: 'application/json', authorization: 'Bearer a.b.c' }
    const target = new URL('/api/v1/organizations?page_size=10', url)
    return () =>
      new Promise((resolve, reject) => {
        request(target, { agent, headers }, (response) => {
          const chunks = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks))))
          response.on('error', reject)
        })
          .on('error', reject)
          .end()
      })
  },
  async 'express-scalekit'(url) {
    const { ScalekitClient } = await import('../../../dist/client.js')
    const client = new ScalekitClient(url, 'skc_bench', 'a client secret for this measurement')
    return () => client.organization.listOrganization({ pageSize: 10 })
  },
  async '@scalekit-sdk/node'(url) {
    const { ScalekitClient } = await import('@scalekit-sdk/node')
    const client = new ScalekitClient(url, 'skc_bench', 'a client secret for this measurement')
    return () => client.organization.listOrganization({ pageSize: 10 })
  },
}
