import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Holdings, Started } from './measured-application.ts'

/** An application in a process of its own. */
export interface Measured {
  readonly url: string
  /** What it holds now; fails when the process has ended. */
  holdings(): Promise<Holdings>
  close(): void
}

/** Starts the usual application where only what it does itself is measured. */
export async function startMeasured(): Promise<Measured> {
  const file = fileURLToPath(new URL('measured-application.ts', import.meta.url))
  const application = fork(file, { execArgv: ['--expose-gc', '--import', 'tsx'] })
  const [{ url }] = (await once(application, 'message')) as [Started]
  return {
    url,
    async holdings() {
      application.send('measure')
      const [answer] = (await once(application, 'message')) as [Holdings]
      return answer
    },
    close: () => void application.kill(),
  }
}
