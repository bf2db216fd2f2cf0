import { type OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** What one server of this process answered. */
export interface Heard {
  readonly host: string | undefined
  readonly path: string
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

/** Everything that the servers of this process answer, and what in it is nobody else's business. */
export interface Wiretap {
  readonly heard: Heard[]
  /** Every token, code, state, nonce, verifier and cookie value that came by, and what was added. */
  readonly secrets: Set<string>
  stop(): void
}

const secretMembers = ['access_token', 'id_token', 'refresh_token', 'csrfToken']
const secretParameters = ['code', 'state', 'nonce', 'id_token_hint', 'idp_initiated_login']

/** Tests make up shorter values themselves, and words of prose could be equal to them. */
const minLength = 20

/** Listens to all servers: an emulator's and an application's alike, whoever started them. */
export function wiretap(): Wiretap {
  const original = ServerResponse.prototype
  const { end, writeHead } = original
  const heard: Heard[] = []
  const secrets = new Set<string>()
  const given = new WeakMap<ServerResponse, OutgoingHttpHeaders>()

  // Headers that are given here only are not among those of `getHeaders`.
  original.writeHead = function (this: ServerResponse, ...parameters: unknown[]) {
    const headers = parameters.at(-1)
    if (typeof headers === 'object') given.set(this, headers as OutgoingHttpHeaders)
    return Reflect.apply(writeHead, this, parameters)
  }
  original.end = function (this: ServerResponse, ...parameters: unknown[]) {
    const { host } = this.req.headers
    const path = this.req.url!.split('?')[0]!
    const headers = { ...this.getHeaders(), ...given.get(this) }
    const answer = { host, path, headers, body: textOf(parameters[0]) }
    heard.push(answer)
    for (const secret of secretsIn(answer)) if (secret.length >= minLength) secrets.add(secret)
    return Reflect.apply(end, this, parameters)
  }
  return {
    heard,
    secrets,
    stop() {
      Object.assign(original, { end, writeHead })
    },
  }
}

function textOf(chunk: unknown): string {
  return typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : ''
}

function secretsIn({ headers, body }: Heard): string[] {
  return [
    ...[headers['set-cookie'] ?? []].flat().map((line) => String(line).split(/[=;]/)[1]!),
    ...parametersOf(headers.location ?? headers.Location, secretParameters),
    ...membersOf(body, secretMembers),
  ]
}

function parametersOf(location: unknown, names: readonly string[]): string[] {
  const { searchParams } = new URL(String(location ?? ''), 'http://app.invalid')
  return names.flatMap((name) => searchParams.getAll(name))
}

/** Of JSON, and of what only begins like it, because something went wrong on purpose. */
function membersOf(body: string, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const member = new RegExp(`"${name}":"([^"]+)"`, 'g')
    return [...body.matchAll(member)].map(([, value]) => value!)
  })
}

/** The texts that give a secret away. */
export function leaksIn(texts: readonly string[], secrets: ReadonlySet<string>): string[] {
  return texts.filter((text) => [...secrets].some((secret) => text.includes(secret)))
}
