import type { IncomingMessage } from 'node:http'
import { isObject } from '../../ground/is-object.ts'

/**
 * Limit in bytes. The kit's own forms have one short field, so a longer body is not one of them.
 */
const maxBytes = 4096

/** Returns the field `csrf` of a form that a body parser of the application has read. */
export function parsedCsrfField(req: IncomingMessage): string | undefined {
  const { body } = req as { readonly body?: unknown }
  const field = isObject(body) ? body.csrf : undefined
  return typeof field === 'string' ? field : undefined
}

/**
 * Returns the field `csrf` and reads the body itself if no parser did. Only for the kit's own
 * routes: no later handler needs the body there.
 */
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
