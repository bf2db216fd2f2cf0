import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Compiles the kit to where its packages are found, and answers the folder. */
export async function compileKit(): Promise<string> {
  const folder = `${root}node_modules/.cache/kit-that-is-killed`
  const compiler = `${root}node_modules/typescript/bin/tsc`
  const options = ['-p', root, '--outDir', folder, '--declaration', 'false']
  await promisify(execFile)(process.execPath, [
    ...[compiler, ...options],
    ...['--isolatedDeclarations', 'false'],
  ])
  return folder
}

/** Processes of one application, each of which is started again when it is killed. */
export interface Processes {
  /** Where those that are up listen. */
  ports(): readonly number[]
  /** Kills one of those that are up; there has to be one. */
  kill(at: number): void
  close(): Promise<void>
}

/** @param settings What each process is told, as its one argument. */
export function startProcesses(count: number, settings: object): Processes {
  const file = fileURLToPath(new URL('application.mjs', import.meta.url))
  const up = new Map<number, ChildProcess>()
  const alive = new Set<ChildProcess>()
  let isClosed = false

  function start(): void {
    const child = fork(file, [JSON.stringify(settings)])
    alive.add(child)
    let port: number | undefined
    child.on('message', (message) => {
      port = (message as { readonly port: number }).port
      up.set(port, child)
    })
    child.on('exit', () => {
      alive.delete(child)
      if (port !== undefined) up.delete(port)
      if (!isClosed) start()
    })
  }

  for (let started = 0; started < count; started += 1) start()
  return {
    ports: () => [...up.keys()],
    kill(at) {
      const [port, child] = [...up][at]!
      up.delete(port)
      child.kill('SIGKILL')
    },
    async close() {
      isClosed = true
      const ended = [...alive].map((child) => once(child, 'exit'))
      for (const child of alive) child.kill('SIGKILL')
      await Promise.all(ended)
    },
  }
}
