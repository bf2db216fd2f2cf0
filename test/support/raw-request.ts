import { connect } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** The header's lines in their order, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly elapsedMs: number
}

/**
 * Sends a GET whose header lines go out byte for byte: clients refuse to send, or tidy up, much of
 * what an attacker may.
 *
 * @param lines Text of Latin-1, each without its line end.
 */
export async function rawGet(
  url: string,
  path: string,
  lines: readonly string[],
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url)
  const hasHost = lines.some((line) => line.startsWith('Host:'))
  // HTTP/1.0, so that the body comes in one piece.
  const all = [`GET ${path} HTTP/1.0`, ...(hasHost ? [] : [`Host: ${host}`]), ...lines]
  const startedAt = performance.now()
  const text = await exchange(hostname, Number(port), [...all, '', ''])
  return { ...parse(text), elapsedMs: performance.now() - startedAt }
}

function exchange(host: string, port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(lines.join('\r\n'), 'latin1'))
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    // A server that refuses a header in the middle of it resets the connection after its answer.
    socket.on('error', (error) => text === '' && reject(error))
  })
}

function parse(text: string): Pick<RawAnswer, 'status' | 'headers' | 'body'> {
  const end = text.indexOf('\r\n\r\n')
  const [first, ...lines] = text.slice(0, end).split('\r\n')
  return {
    status: Number(first?.split(' ')[1]),
    headers: lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
    body: text.slice(end + 4),
  }
}
