/** An edit of a directory that cannot be made, with the status that says so over HTTP. */
export class DirectoryError extends Error {
  override readonly name: string = 'DirectoryError'
  readonly status: 400 | 404 | 409

  constructor(status: 400 | 404 | 409, message: string) {
    super(message)
    this.status = status
  }
}
