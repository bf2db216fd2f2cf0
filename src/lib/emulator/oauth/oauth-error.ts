/** A refusal in OAuth's words; how it reaches the client is the endpoint's business. */
export class OAuthError extends Error {
  override readonly name: string = 'OAuthError'
  readonly code: string

  constructor(code: string, description: string) {
    super(description)
    this.code = code
  }
}
