import { ApiError } from '../ground/errors.ts'

/** The part of ISO 8601 that is accepted: a date, optionally a time, optionally an offset. */
const iso8601 =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/**
 * Converts a time to the API's format, RFC 3339. A string without an offset is in UTC.
 *
 * @throws {@link ApiError} `invalid_updated_after`
 */
export function rfc3339(value: unknown): string {
  // A Date can have a year of six digits, which RFC 3339 does not allow.
  const given =
    value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value
  const text = typeof given === 'string' ? completed(given) : undefined
  if (text !== undefined && isMoment(text)) return text
  throw new ApiError(
    'invalid_updated_after',
    '`updatedAfter` must be a Date or a string such as 2024-08-21T10:20:17Z',
  )
}

function completed(value: string): string | undefined {
  const [, day, time = '00:00', offset = 'Z'] = iso8601.exec(value) ?? []
  if (day === undefined) return undefined
  const seconds = time.length === 5 ? ':00' : ''
  return `${day}T${time.replace(',', '.')}${seconds}${completedOffset(offset)}`
}

function completedOffset(offset: string): string {
  if (offset.length === 1) return 'Z'
  const [hours, minutes] = [offset.slice(0, 3), offset.slice(3).replace(':', '')]
  return `${hours}:${minutes || '00'}`
}

/**
 * Refuses the 31st of a month with 30 days, which `Date` would read as the first of the next month.
 */
function isMoment(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  return isDay && !Number.isNaN(Date.parse(text))
}
