/** The reasons for which the emulator's own API refuses a call, by error code. */
export const statusByCode = {
  invalid_request: 400,
  cross_site: 403,
  not_found: 404,
  conflict: 409,
  unsupported_media_type: 415,
} as const

export type ControlCode = keyof typeof statusByCode

/** A call of the emulator that failed. `code` is the one in the HTTP API's response. */
export class ControlError extends Error {
  override readonly name: string = 'ControlError'
  readonly code: ControlCode

  constructor(code: ControlCode, message: string) {
    super(message)
    this.code = code
  }

  get status(): number {
    return statusByCode[this.code]
  }
}

export function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing !== undefined) return thing
  throw new ControlError('not_found', `There is no ${name}`)
}
