/** Walks through an application that runs as a process of its own. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { startEmulator } from '../../dist/testing.js'
import { signWebhook } from '../../dist/webhooks.js'
import { flowOf } from './flow.mjs'

export const steps = ['sign-in', 'guard', 'webhook', 'sign-out']

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Waits until the application listens, or has ended. */
async function listening(url, child) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${child.output}`)
    const answer = await fetch(`${url}/me`).catch(() => undefined)
    if (answer) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function start(cwd, [command, ...args], env) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env } })
  child.output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (child.output += text))
  return child
}

async function stop(child) {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}

/**
 * Starts an application and walks through it, with an emulator of its own.
 *
 * @param command The application's, to be run in `cwd`.
 * @returns what became of each step
 */
export async function walkThrough(cwd, command, variables = {}) {
  const url = `http://localhost:${await freePort()}`
  const emulator = await startEmulator({
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/logout`],
  })
  const { options, webhookSecret } = emulator
  const env = {
    PORT: new URL(url).port,
    APP_BASE_URL: url,
    SCALEKIT_ENVIRONMENT_URL: options.environmentUrl,
    SCALEKIT_CLIENT_ID: options.clientId,
    SCALEKIT_CLIENT_SECRET: options.clientSecret,
    SCALEKIT_WEBHOOK_SECRET: webhookSecret,
    SCALEKIT_COOKIE_SECRET: randomBytes(32).toString('base64url'),
    NODE_ENV: 'development',
    ...variables,
  }
  const child = start(cwd, command, env)
  const results = {}
  try {
    await listening(url, child)
    const flow = flowOf({ url, signWebhook, webhookSecret })
    for (const step of ['guard', 'sign-in', 'webhook', 'sign-out']) {
      results[step] = await flow[step]().then(
        () => 'works',
        (error) => `fails: ${error.message.split('\n')[0].slice(0, 200)}`,
      )
    }
  } catch (error) {
    for (const step of steps) results[step] ??= `not run: ${error.message.slice(0, 300)}`
  } finally {
    await stop(child)
    await emulator.close()
  }
  if (process.env.SHOW_OUTPUT) console.error(child.output)
  return results
}
