import type { IncomingMessage } from 'node:http'
import { isObject } from '../../ground/is-object.ts'

/** Our own forms have one short field; whatever is longer is none of them. */
const maxBytes = 4096

/** The field `csrf` of a form that a parser of the application has read. */
export function parsedCsrfField(req: IncomingMessage): string | undefined {
  const { body } = req as { readonly body?: unknown }
  const field = isObject(body) ? body.csrf : undefined
  return typeof field === 'string' ? field : undefined
}

/** The same where no parser did: for the kit's own routes, after which nothing reads the body. */
export async function csrfField(req: IncomingMessage): Promise<string | undefined> {
  const parsed = parsedCsrfField(req)
  if (parsed !== undefined || req.readableDidRead || req.destroyed) return parsed
  if (!/^application\/x-www-form-urlencoded\b/i.test(req.headers['content-type'] ?? '')) {
    return undefined
  }
  const text = await shortBody(req)
  return text === undefined ? undefined : (new URLSearchParams(text).get('csrf') ?? undefined)
}

async function shortBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req) {
    bytes += chunk.length
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
