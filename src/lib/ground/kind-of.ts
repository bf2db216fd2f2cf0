/** What a value is, without the value itself: it may hold anything about a person. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || Number.isNaN(value)) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return isThenable(value) ? 'a promise' : 'an object'
  return `a ${typeof value}`
}

function isThenable(value: object): boolean {
  return 'then' in value
}
