/** Formats a time as in events: RFC 3339 with nine decimals. */
export function eventTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000000Z')
}

/** Formats a time as in the management API: RFC 3339 with three decimals. */
export function apiTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
