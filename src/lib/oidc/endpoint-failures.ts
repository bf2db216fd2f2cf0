import type { Send } from '../outgoing/request.ts'

/** The number of consecutive failures after which an endpoint may have moved. */
const enough = 2

/** Statuses for a path that the server does not serve, or no longer serves. */
const goneStatuses = [404, 405, 410]

/**
 * Returns a wrapper for `send` that counts the consecutive failures of each endpoint. A failure is
 * a missing response, or a response that a moved or broken endpoint gives.
 *
 * @param onFailedTwice Called at the second failure. The count then restarts.
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
