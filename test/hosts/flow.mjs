/** What every host has to do: each step returns nothing, or throws what was wrong. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { browserAt, send, signInAt } from './browser.mjs'

const event = {
  spec_version: '1',
  id: 'evt_1',
  type: 'organization.created',
  object: 'Organization',
  occurred_at: new Date().toISOString(),
  environment_id: 'env_1',
  organization_id: 'org_1',
  data: { id: 'org_1', display_name: 'Zoë & Co' },
}

const ada = 'ada@acme.example'

export function flowOf({ url, signWebhook, webhookSecret }) {
  const browser = browserAt(url)

  async function deliver(secret, path = '/webhooks') {
    const body = JSON.stringify(event)
    const signature = signWebhook({ id: `msg_${randomUUID()}`, body, secret })
    const headers = { 'content-type': 'application/json', ...signature }
    const length = { 'content-length': String(Buffer.byteLength(body)) }
    return send(url + path, { method: 'POST', headers: { ...headers, ...length }, body })
  }

  return {
    async guard() {
      const refused = await browser.call('/')
      assert.equal(refused.status, 401, refused.text)
      assert.equal(JSON.parse(refused.text).code, 'not_signed_in')
      const sent = await browser.open('/')
      assert.equal(sent.status, 302, sent.text)
      assert.equal(sent.headers.location, '/login?return_to=%2F')
    },
    async 'sign-in'() {
      const begun = await browser.open(`/login?return_to=%2F&login_hint=${ada}`)
      assert.equal(begun.status, 302, begun.text)
      const callback = await signInAt(begun.headers.location, ada)
      const back = await browser.open(callback, { 'sec-fetch-site': 'cross-site' })
      assert.equal(back.status, 302, back.text)
      assert.equal(back.headers.location, '/')
      const home = await browser.open('/')
      assert.equal(home.status, 200, home.text)
      assert.match(home.text, /Hello Ada Lovelace/)
    },
    async webhook() {
      const handled = await deliver(webhookSecret)
      assert.equal(handled.status, 201, handled.text)
      const atSlash = await deliver(webhookSecret, '/webhooks/')
      assert.equal(atSlash.status, 201, atSlash.text)
      const forged = await deliver(`whsec_${Buffer.alloc(32, 9).toString('base64')}`)
      assert.equal(forged.status, 401, forged.text)
    },
    async 'sign-out'() {
      const { csrfToken } = JSON.parse((await browser.call('/me')).text)
      const headers = { 'x-csrf-token': csrfToken, 'content-length': '0' }
      const out = await browser.call('/logout', { method: 'POST', headers })
      assert.equal(out.status, 200, out.text)
      const away = await fetch(JSON.parse(out.text).redirectTo, { redirect: 'manual' })
      const landed = await browser.open(away.headers.get('location'))
      assert.equal(landed.status, 302, landed.text)
      assert.equal((await browser.call('/')).status, 401)
    },
  }
}
