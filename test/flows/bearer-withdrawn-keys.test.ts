import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { jwk, published } from '../hostile/provider/keys.ts'
import { secondKey, secondKid, startBearer } from '../support/bearer.ts'
import { eventually } from '../support/eventually.ts'
import { openSocket, socketServer } from '../support/sockets.ts'

// A socket that an access token opened outlives the key that signed the token, unless the token is
// verified again.

const minute = 60_000
const maxLagMs = 100

/** A socket of a token that lasts for days, as those of machines do. */
async function scene() {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const sockets = socketServer()
  const { keys, url, call } = await startBearer(
    { revocation: { maxLagMs } },
    { attach: sockets.attach },
  )
  const exp = Math.floor(Date.now() / 1000) + 4 * 3600
  const token = `Bearer ${await keys.personsToken({ claims: { exp } })}`

  async function open() {
    const opened = await openSocket(url, { Authorization: token })
    return { ...opened, connection: sockets.connections.at(-1)! }
  }

  return {
    keys,
    call,
    token,
    open,
    withdraw: () => keys.answer(200, [jwk(secondKey.publicKey, { kid: secondKid })]),
    pass: (ms: number) => void vi.advanceTimersByTime(ms),
  }
}

/** Lets time pass in small steps until something has happened. */
function passUntil(pass: (ms: number) => void, check: () => void): Promise<void> {
  return eventually(() => {
    pass(1000)
    check()
  })
}

describe('a socket whose access token was signed by a key that is withdrawn', () => {
  it('ends within ten minutes, as the next request is refused', async () => {
    const { open, withdraw, pass, call, token } = await scene()
    const { closed, connection } = await open()
    withdraw()
    pass(9 * minute)
    await call('/app', token).expect(200)
    expect(connection.ended.aborted).toBe(false)
    pass(2 * minute)
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({
      code: 'session_ended',
      reason: 'token-invalid',
    })
    await call('/app', token).expect(401)
  })

  it('ends ten minutes after the withdrawal, also if the keys were loaded in between', async () => {
    const { keys, open, withdraw, pass, call, token } = await scene()
    const { closed, connection } = await open()
    pass(10 * minute)
    await call('/app', token).expect(200)
    await eventually(() => expect(keys.loads()).toBe(2))
    withdraw()
    pass(9 * minute)
    expect(await connection.current()).toMatchObject({ status: 'signed-in' })
    pass(minute + 1000)
    expect(await closed).toBe(4401)
    expect(keys.loads()).toBe(3)
  })

  it('is told by current(), if that is asked first', async () => {
    const { open, withdraw, pass } = await scene()
    const { connection } = await open()
    withdraw()
    pass(10 * minute)
    expect(await connection.current()).toMatchObject({
      status: 'signed-out',
      reason: 'token-invalid',
    })
    expect(connection.ended.aborted).toBe(true)
  })

  it('stays open while the keys cannot be loaded, and ends once they can', async () => {
    const { keys, open, withdraw, pass } = await scene()
    const { closed, connection } = await open()
    const changes: unknown[] = []
    connection.onChange((principal) => changes.push(principal))
    keys.answer(503)
    pass(11 * minute)
    await passUntil(pass, () => expect(keys.loads()).toBeGreaterThan(2))
    expect(await connection.current()).toMatchObject({ status: 'signed-in' })
    // Too old for a request to be let in by them.
    pass(61 * minute)
    const loads = keys.loads()
    await passUntil(pass, () => expect(keys.loads()).toBeGreaterThan(loads + 1))
    await expect(connection.current()).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(connection.ended.aborted).toBe(false)
    expect(changes).toEqual([])
    withdraw()
    await passUntil(pass, () => expect(connection.ended.aborted).toBe(true))
    expect(await closed).toBe(4401)
    expect(connection.ended.reason).toMatchObject({ reason: 'token-invalid' })
  })

  it('goes on with keys that were loaded again', async () => {
    const { keys, open, pass } = await scene()
    const { connection } = await open()
    for (const loads of [2, 3]) {
      pass(11 * minute)
      await eventually(() => expect(keys.loads()).toBe(loads))
      expect(await connection.current()).toMatchObject({ status: 'signed-in' })
    }
    keys.answer(200, [jwk(published.publicKey), jwk(secondKey.publicKey, { kid: secondKid })])
    pass(11 * minute)
    await eventually(() => expect(keys.loads()).toBe(4))
    expect(connection.ended.aborted).toBe(false)
  })
})
