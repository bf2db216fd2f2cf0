import { originUrl, strings } from '../ground/fields.ts'

/** How each option of `connections` is read. */
export const connectionReaders = {
  origins: (value: unknown = []): readonly string[] => strings(value).map(originOf),
}

/** As browsers send it. Other schemes than http and https are those of apps, which have no ports. */
function originOf(value: string): string {
  if (/^https?:/i.test(value)) return originUrl(value).origin
  if (/^[a-z][a-z\d+.-]*:\/\/[a-z\d.-]+$/.test(value)) return value
  throw new Error('must contain origins such as https://admin.app.example')
}
