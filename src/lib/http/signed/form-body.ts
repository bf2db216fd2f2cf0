import type { IncomingMessage } from 'node:http'
import { isObject } from '../../ground/is-object.ts'
import { type BodyLimits, isUntouched, rawBody } from './raw-body.ts'

/** Whether the `Content-Type` of a request is that of a form. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '')
}

/**
 * Returns the values of one field of a form, whether or not a body parser of the application has
 * read it.
 *
 * @throws {@link WebhookError} as {@link rawBody}
 */
export async function formField(
  req: IncomingMessage,
  name: string,
  limits: BodyLimits,
): Promise<readonly string[]> {
  const { body } = req as { readonly body?: unknown }
  if (!isUntouched(req)) {
    if (typeof body === 'string') return fieldIn(body, name)
    if (isObject(body) && !(body instanceof Uint8Array)) return parsedField(body, name)
  }
  // A body that was not read is read here, even if `req.body` is an object: the parsers of Express
  // 4 set an empty one.
  return fieldIn(String(await rawBody(req, limits)), name)
}

function fieldIn(form: string, name: string): readonly string[] {
  return new URLSearchParams(form).getAll(name)
}

function parsedField(form: object, name: string): readonly string[] {
  const value: unknown = Object.hasOwn(form, name) ? Reflect.get(form, name) : undefined
  if (typeof value === 'string') return [value]
  // The parser `qs` also makes an array of a field with another name, such as `logout_token[]`. It
  // has one element then.
  return Array.isArray(value) && value.length > 1 ? value.map(String) : []
}
