import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

/**
 * Keeps this process, and those that it starts from now on, on one core.
 *
 * On two, a server that is slower than the client lets the client sleep, and pays for waking it on
 * the other core with every response. A faster server does not, so that the difference between two
 * servers would look larger than it is. On one core, it is steady as well.
 *
 * @returns a function that lets this process use all cores again. Without `taskset`, which is on
 *   Linux only, nothing changes.
 */
export function useOneCore() {
  setCores('0')
  return () => setCores(`0-${cpus().length - 1}`)
}

function setCores(list) {
  try {
    execFileSync('taskset', ['-apc', list, String(process.pid)], { stdio: 'ignore' })
  } catch {
    console.log('taskset is not here: the processes use all cores, and differ more by chance.\n')
  }
}
