import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../package/free-port.ts'
import { root } from '../package/manifest.ts'
import { cleanEnvironment, run } from '../package/pack.ts'

it.each([
  ['PORT', 'EMULATOR_PORT'],
  ['EMULATOR_PORT', 'PORT'],
])('says in one sentence that %s is taken, and what to do', async (taken, free) => {
  const port = await takenPort()
  const { code, stdout, stderr } = await start({
    [taken]: String(port),
    [free]: String(await freePort()),
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(withoutLog(stderr)).toBe(
    `Port ${port} is taken: stop the program that uses it, or set ${taken}=${port + 1}.\n`,
  )
})

function start(env: Readonly<Record<string, string>>) {
  const args = ['--tsconfig', 'test/tsconfig.json', 'examples/quick-start/start.ts']
  return run(root('.'), root('node_modules/.bin/tsx'), args, { ...cleanEnvironment(), ...env })
}

/** A port that another program listens on until the test has ended. */
async function takenPort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function withoutLog(output: string): string {
  return output.replaceAll(/^\[scalekit\] .*\n/gm, '')
}
