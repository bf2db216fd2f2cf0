/** Names the type of a value. The value itself is left out, because it may hold personal data. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || Number.isNaN(value)) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return isThenable(value) ? 'a promise' : 'an object'
  return `a ${typeof value}`
}

function isThenable(value: object): boolean {
  return 'then' in value
}
