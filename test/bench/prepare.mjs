import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

if (!existsSync(`${here}node_modules`)) npm(here, 'ci')
// What is measured is what is published: the built package, never an old build.
npm(root, 'run', 'build')

function npm(directory, ...args) {
  const { status } = spawnSync('npm', ['--prefix', directory, ...args], {
    cwd: directory,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
