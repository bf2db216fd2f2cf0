/** What the HTTP API answers with each status. */
const codes = { 400: 'invalid_request', 404: 'not_found', 409: 'conflict' } as const

/** An edit of a directory that cannot be made, with the status that says so over HTTP. */
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
