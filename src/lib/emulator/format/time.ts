/** A time as events have it: RFC 3339 with nine decimals. */
export function eventTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000000Z')
}

/** A time as the management API answers it: RFC 3339 with three decimals. */
export function apiTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
