import type { IncomingMessage } from 'node:http'
import { isObject } from '../../ground/is-object.ts'
import { type BodyLimits, isUntouched, rawBody } from './raw-body.ts'

/** Whether a request says that its body is a form. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(headers['content-type'] ?? '')
}

/**
 * The values of one field of a form, whether a parser of the application has read the body or not.
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
  // Also where a parser that read nothing has set an empty object, as those of Express 4 do.
  return fieldIn(String(await rawBody(req, limits)), name)
}

function fieldIn(form: string, name: string): readonly string[] {
  return new URLSearchParams(form).getAll(name)
}

function parsedField(form: object, name: string): readonly string[] {
  const value: unknown = Object.hasOwn(form, name) ? Reflect.get(form, name) : undefined
  if (typeof value === 'string') return [value]
  // The parser `qs` makes an array of one of another name, such as `logout_token[]`.
  return Array.isArray(value) && value.length > 1 ? value.map(String) : []
}
