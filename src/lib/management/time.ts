import { ApiError } from '../ground/errors.ts'

/** ISO 8601 as far as a moment needs it: a day, perhaps a time, perhaps an offset. */
const iso8601 =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

/**
 * A moment as the API takes it, in RFC 3339. A text without an offset is in UTC.
 *
 * @throws {@link ApiError} `invalid_updated_after`
 */
export function rfc3339(value: unknown): string {
  // A Date knows years of six digits, which RFC 3339 does not have.
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

/** Day 31 of a month with 30 days would be taken for the next month's first. */
function isMoment(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`)
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
  return isDay && !Number.isNaN(Date.parse(text))
}
