import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Starts a script of this folder in a process of its own, without this process's loaders.
 *
 * @param kit the folder of another clone, whose build is measured in place of this one's
 */
export function start(script, { args = [], execArgv = [], kit = '' } = {}) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    execArgv,
    // Not `production`: the kit would refuse http there. Express is told by `app.set('env')`.
    env: { ...process.env, NODE_ENV: 'test', BENCH_KIT: kit },
  })
  return {
    /** The next message of the script. */
    answer: () => answerOf(child),
    /** Sends a message and waits for the answer to it. */
    ask(message) {
      const answer = answerOf(child)
      child.send(message)
      return answer
    },
    stop: () => child.kill(),
  }
}

async function answerOf(child) {
  const waiting = new AbortController()
  const ended = once(child, 'exit', waiting).then(([code]) => {
    throw new Error(`${child.spawnargs.slice(1).join(' ')} ended with exit code ${code}`)
  })
  try {
    const [answer] = await Promise.race([once(child, 'message', waiting), ended])
    return answer
  } finally {
    waiting.abort()
  }
}
