/** Who signs in, and so what the guarded route says in every application. */
export const email = 'ada@acme.example'

/** The answer to a request that is let through; the same bytes from every application. */
export function hello(user) {
  return { hello: user.email }
}
