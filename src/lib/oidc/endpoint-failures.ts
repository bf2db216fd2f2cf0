import type { Send } from '../outgoing/request.ts'

/** How many failures in a row may mean that an endpoint has moved. */
const enough = 2

/** What a server says of a path that it does not serve, or does not serve any more. */
const goneStatuses = [404, 405, 410]

/**
 * Makes a `send` that counts how often each endpoint failed in a row: by no answer, or by one that a
 * moved or broken endpoint gives.
 *
 * @param onFailedTwice Called at the second failure; the count then begins again.
 */
export function watchEndpoints(onFailedTwice: () => void): (send: Send) => Send {
  const failures = new Map<string, number>()

  function failed(endpoint: string): void {
    const count = (failures.get(endpoint) ?? 0) + 1
    failures.set(endpoint, count % enough)
    if (count === enough) onFailedTwice()
  }

  return (send) =>
    async function sendAndCount(call) {
      const endpoint = call.origin + call.path.split('?')[0]
      try {
        const answer = await send(call)
        if (answer.status >= 500 || goneStatuses.includes(answer.status)) failed(endpoint)
        else failures.delete(endpoint)
        return answer
      } catch (error) {
        failed(endpoint)
        throw error
      }
    }
}
