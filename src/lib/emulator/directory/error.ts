/** The error codes of the HTTP API, by status. */
const codes = { 400: 'invalid_request', 404: 'not_found', 409: 'conflict' } as const

/** The error of an edit that a directory refuses. `status` is that of the HTTP response. */
export class DirectoryError extends Error {
  override readonly name: string = 'DirectoryError'
  readonly status: keyof typeof codes

  constructor(status: keyof typeof codes, message: string) {
    super(message)
    this.status = status
  }

  get code(): (typeof codes)[keyof typeof codes] {
    return codes[this.status]
  }
}
