import { execFileSync } from 'node:child_process'

/**
 * Keeps this process, and those that it starts from now on, on one core.
 *
 * On two, a server that is slower than the client lets the client sleep, and pays for waking it on
 * the other core with every response. A faster server does not, so that the difference between two
 * servers would look larger than it is. On one core, results also vary less.
 *
 * @returns a function that lets this process use its former cores again. Without `taskset`, which is
 *   on Linux only, nothing changes.
 */
export function useOneCore() {
  const former = coresNow()
  if (former === undefined) {
    console.log('There is no taskset: the processes use all cores, and vary more.\n')
    return () => {}
  }
  useCores(former.match(/\d+/)[0])
  return () => useCores(former)
}

/** The list of cores that this process may use, e.g. `0-3`, or `undefined` without `taskset`. */
function coresNow() {
  try {
    return taskset('-cp', process.pid).split(': ').at(-1).trim()
  } catch {
    return undefined
  }
}

function useCores(list) {
  taskset('-acp', list, process.pid)
}

function taskset(...args) {
  return execFileSync('taskset', args.map(String), { encoding: 'utf8' })
}
