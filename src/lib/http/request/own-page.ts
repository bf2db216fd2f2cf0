import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import { neverCache } from '../../ground/caching.ts'
import { ScalekitError } from '../../ground/errors.ts'
import { answerInTime } from '../../ground/hooks.ts'
import { type Logger, quote, textOfThrown, withFields } from '../../ground/log.ts'
import { logFieldsOf } from './request-log.ts'

/**
 * Lets the application send a page in place of one of the kit's, and waits until it is sent. The
 * function may return earlier: a template engine with a callback sends the page later. The headers
 * against caching and framing are set first, and the application may change them.
 *
 * @param option The option that holds the function, for messages.
 * @throws {@link ScalekitError} `unexpected` if the function failed, or no page was sent within 30
 *   seconds
 */
export async function sendOwnPage(
  { logger }: { readonly logger: Logger },
  option: 'pages.email' | 'pages.error',
  req: IncomingMessage,
  res: ServerResponse,
  send: () => unknown,
): Promise<void> {
  protect(res)
  try {
    await answerInTime(async () => {
      await Promise.all([send(), ended(res)])
    })
  } catch (cause) {
    if (!res.writableEnded) throw new ScalekitError('unexpected', `\`${option}\` failed`, { cause })
    const why = quote(textOfThrown(cause))
    withFields(logger, logFieldsOf(req)).error(
      `\`${option}\` failed after it had sent the page: ${why}`,
    )
  }
}

/** Resolves when the response was sent, or when the browser closed the connection. */
function ended(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => finished(res, () => resolve()))
}

/**
 * Sets headers that also protect a page of the application, unless the application changes them.
 */
function protect(res: ServerResponse): void {
  neverCache(res)
  // Appended, so that a policy of the application stays in force.
  res.appendHeader('Content-Security-Policy', "frame-ancestors 'none'")
  // The email address may be in the URL of the page.
  res.setHeader('Referrer-Policy', 'same-origin')
}
