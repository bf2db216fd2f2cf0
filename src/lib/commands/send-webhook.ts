import { signWebhook } from '../webhooks/signature.ts'

/** Sends a signed webhook and returns the endpoint's response on one line. */
export async function sendWebhook(
  url: string,
  { id, secret, body }: { readonly id: string; readonly secret: string; readonly body: string },
): Promise<{ readonly status: number; readonly text: string; readonly ok: boolean }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signWebhook({ id, body, secret }) },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  }).catch((error: Error) => {
    throw new Error(`${url} did not respond: ${reasonOf(error)}`, { cause: error })
  })
  const { status, ok } = answer
  return { status, ok, text: (await answer.text()).replaceAll(/\s+/g, ' ') }
}

/** The message of a `fetch` error is generic. Its cause has the reason, as a code or a sentence. */
function reasonOf({ message, cause }: Error): string {
  const { code, message: why } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
  return code ?? why ?? message
}
