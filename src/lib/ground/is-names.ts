/** Whether a value is an array of non-empty strings, as roles, permissions and scopes are. */
export function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}
