import type { Emulator } from '../../../../src/testing.ts'

export const acmeId = 'org_69615647365005430'
export const globexId = 'org_70087756662964366'
export const acmeDirectory = 'dir_69615647365005432'

/** What the emulator's own API answers; `body` is undefined for 204. */
export async function ask(
  { url }: Pick<Emulator, 'url'>,
  methodAndPath: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  // biome-ignore lint/suspicious/noExplicitAny: each test asks for other members
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: any }> {
  const [method = 'GET', path = ''] = methodAndPath.split(' ')
  const answer = await fetch(`${url}/emulator${path}`, {
    method,
    headers: {
      ...(['POST', 'PUT', 'PATCH'].includes(method) && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}
