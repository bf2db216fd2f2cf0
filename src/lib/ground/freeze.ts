/**
 * Freezes a JSON value deeply, so that one request cannot change an object that another one holds.
 */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  // `for in` over an array costs as much as the rest of this function.
  if (Array.isArray(value)) value.forEach(deepFreeze)
  else for (const name in value) deepFreeze(value[name])
  return Object.freeze(value)
}
