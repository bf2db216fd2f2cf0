import { originUrl, strings } from '../ground/fields.ts'

/** The reader of each option of `connections`. */
export const connectionReaders = {
  origins: (value: unknown = []): readonly string[] => strings(value).map(originOf),
}

/**
 * Returns the origin as browsers send it. Schemes other than http and https belong to mobile apps.
 * Their origins have no port.
 */
function originOf(value: string): string {
  if (/^https?:/i.test(value)) return originUrl(value).origin
  if (/^[a-z][a-z\d+.-]*:\/\/[a-z\d.-]+$/.test(value)) return value
  throw new Error('must contain origins such as https://admin.app.example')
}
