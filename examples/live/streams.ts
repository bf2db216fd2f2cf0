import { addAbortListener } from 'node:events'
import type { Request, Response } from 'express'
import type { SignedIn } from 'express-scalekit'

/** Streams news to a signed-in user until the session is over. */
export function streamNews(
  { scalekit }: Request & { readonly scalekit: SignedIn },
  res: Response,
): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  const send = () => res.write(`data: ${new Date().toISOString()}\n\n`)
  send()
  const timer = setInterval(send, 10_000)
  res.on('close', () => clearInterval(timer))
  addAbortListener(scalekit.ended, () => {
    // A write after the end would end the process.
    clearInterval(timer)
    res.end('event: over\ndata:\n\n')
  })
}
