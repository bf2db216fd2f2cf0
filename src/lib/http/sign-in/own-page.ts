import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream'
import { ScalekitError } from '../../ground/errors.ts'
import { answerInTime } from '../../ground/hooks.ts'
import { quote, textOfThrown, withFields } from '../../ground/log.ts'
import type { Instance } from '../instance/instance.ts'
import { logFieldsOf } from '../request/request-log.ts'

/**
 * Lets the application send the email page, and waits until it has. The function may return before:
 * a template engine with a callback sends the page later.
 *
 * @throws {@link ScalekitError} `unexpected` when it failed, or no page was sent within 30 seconds
 */
export async function sendOwnPage(
  { logger }: Pick<Instance, 'logger'>,
  req: IncomingMessage,
  res: ServerResponse,
  send: () => void | Promise<void>,
): Promise<void> {
  try {
    await answerInTime(async () => {
      await Promise.all([send(), ended(res)])
    })
  } catch (cause) {
    if (!res.writableEnded) throw new ScalekitError('unexpected', '`pages.email` failed', { cause })
    const why = quote(textOfThrown(cause))
    withFields(logger, logFieldsOf(req)).error(
      `\`pages.email\` failed after it had sent the page: ${why}`,
    )
  }
}

/** Also when the browser closed the connection before. */
function ended(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => finished(res, () => resolve()))
}
