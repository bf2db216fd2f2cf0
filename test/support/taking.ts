import type { AuthEvents, ScalekitAuthOptions } from '../../src/index.ts'
import type { Application, ApplicationParts } from './application.ts'
import { start } from './start.ts'
import { webhookSecret } from './webhook.ts'

/** An application that takes webhooks, and what it told of them. */
export interface Taking extends Application {
  readonly handled: readonly AuthEvents['webhook.handled'][]
  readonly failed: readonly AuthEvents['webhook.failed'][]
}

/** An application with handlers, whose events are kept. */
export async function taking(
  webhooks: NonNullable<ScalekitAuthOptions['webhooks']>,
  parts: ApplicationParts = {},
): Promise<Taking> {
  const application = await start({
    ...parts,
    options: { ...parts.options, webhooks: { secret: webhookSecret, ...webhooks } },
  })
  const handled: AuthEvents['webhook.handled'][] = []
  const failed: AuthEvents['webhook.failed'][] = []
  application.auth.on('webhook.handled', (event) => handled.push(event))
  application.auth.on('webhook.failed', (event) => failed.push(event))
  return { ...application, handled, failed }
}

/** Something that a handler waits for. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
  fail(error: Error): void
}

export function gate(): Gate {
  let open = () => {}
  let fail = (_error: Error) => {}
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { opened, open, fail }
}
