import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { ConfigError, memoryStore } from '../../../src/index.ts'
import { hourMs, now, settableClock } from '../identities.ts'

const folder = mkdtempSync(join(tmpdir(), 'memory-file-'))
const running: ChildProcess[] = []
let files = 0

afterEach(() => {
  vi.restoreAllMocks()
  for (const child of running.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true }))

const newFile = () => join(folder, `revocations-${files++}`)
const clock = () => now
const alias = { key: 'email:1', value: 'conn_1;ada', expiresAt: now + hourMs }
const lasting = { key: 'session:lasting', notBefore: now, expiresAt: now + hourMs }

describe('memoryStore({ file })', () => {
  it('knows what was written before, and is of the same epoch', async () => {
    const file = newFile()
    const before = memoryStore({ file, clock })
    await before.revocations.write([lasting])
    const after = memoryStore({ file, clock })
    expect(after.revocations.local!.get(lasting.key)).toEqual([lasting])
    expect(after.revocations.local!.epoch).toEqual(before.revocations.local!.epoch)
    expect(after.revocations.local!.epoch.isFirst).toBe(true)
  })

  it('knows revocations of one key by different clocks beside each other', async () => {
    const file = newFile()
    const written = [
      lasting,
      { ...lasting, clock: 'scalekit' },
      { ...lasting, clock: 'store' },
    ] as const
    await child(file, `await store.revocations.write(${JSON.stringify(written)})`)
    expect(memoryStore({ file, clock }).revocations.local!.get(lasting.key)).toEqual(written)
  })

  it('knows the aliases that were added before', async () => {
    const file = newFile()
    await child(file, `await store.aliases.add([${JSON.stringify(alias)}])`)
    expect(await memoryStore({ file, clock }).aliases.find([alias.key])).toEqual([alias.value])
  })

  it('is of another epoch once its file is gone', async () => {
    const file = newFile()
    const { epoch } = memoryStore({ file, clock }).revocations.local!
    rmSync(file)
    expect(memoryStore({ file, clock }).revocations.local!.epoch.id).not.toBe(epoch.id)
  })

  it('remembers an epoch that was begun to end all sessions', async () => {
    const file = newFile()
    const before = memoryStore({ file, clock }).revocations
    const { id } = before.local!.epoch
    await before.beginEpoch!()
    const after = memoryStore({ file, clock }).revocations.local!.epoch
    expect(after.id).not.toBe(id)
    expect(after).toEqual({ ...before.local!.epoch, isFirst: false })
  })

  it('does not say that a revocation is written before the disk has it', async () => {
    const file = newFile()
    const { revocations } = memoryStore({ file, clock })
    const { sync, release } = await heldSync()
    let isWritten = false
    const writing = revocations.write([lasting]).then(() => {
      isWritten = true
    })
    await vi.waitFor(() => expect(sync).toHaveBeenCalled())
    expect(isWritten).toBe(false)
    release()
    await writing
    expect(revocations.local!.get(lasting.key)).toEqual([lasting])
  })

  it('does not say that an alias is added before the disk has it', async () => {
    const { aliases } = memoryStore({ file: newFile(), clock })
    const { sync, release } = await heldSync()
    let isAdded = false
    const adding = aliases.add([alias]).then(() => {
      isAdded = true
    })
    await vi.waitFor(() => expect(sync).toHaveBeenCalled())
    expect([isAdded, await aliases.find([alias.key])]).toEqual([false, []])
    release()
    await adding
    expect(await aliases.find([alias.key])).toEqual([alias.value])
  })

  it('leaves out a last line that was not written whole, and goes on behind it', async () => {
    const file = newFile()
    await child(file, `await store.revocations.write([${JSON.stringify(lasting)}])`)
    await appendFile(file, '{"revocation":{"key":"session:torn","notBef')
    const { revocations } = memoryStore({ file, clock })
    expect(revocations.local!.size).toBe(1)
    await revocations.write([{ ...lasting, key: 'session:next' }])
    const { local } = memoryStore({ file, clock }).revocations
    expect([local!.get(lasting.key), local!.get('session:next')]).toEqual([
      [lasting],
      [{ ...lasting, key: 'session:next' }],
    ])
  })

  it('refuses a file that is broken elsewhere, and names the line', async () => {
    const file = newFile()
    writeFileSync(file, '{"revocation":\n{}\n')
    const opening = () => memoryStore({ file, clock })
    expect(opening).toThrow(ConfigError)
    expect(opening).toThrow(/cannot read line 1 of .*revocations-\d+\. Restore the file/)
  })

  it('keeps half a line of a full disk out of the file', async () => {
    const file = newFile()
    const { revocations } = memoryStore({ file, clock })
    const before = readFileSync(file, 'utf8')
    const { sync } = await heldSync()
    sync.mockRejectedValueOnce(new Error('no space left'))
    await expect(revocations.write([lasting])).rejects.toThrow('no space left')
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(revocations.local!.size).toBe(0)
  })

  it('does not begin again where its file was deleted while it ran', async () => {
    const file = newFile()
    const { revocations } = memoryStore({ file, clock })
    rmSync(file)
    await expect(revocations.write([lasting])).rejects.toThrow('ENOENT')
    expect(existsSync(file)).toBe(false)
  })

  it('loses what has expired, and nothing else, when a process begins', async () => {
    const file = newFile()
    const brief = { ...lasting, key: 'session:brief', expiresAt: now + 1 }
    await child(file, `await store.revocations.write(${JSON.stringify([brief, lasting])})`)
    await appendFile(file, '{"address":{"of":"a later version"}}\n')
    const { clock: later, at } = settableClock()
    at(now + 1)
    memoryStore({ file, clock: later })
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
      'revocation',
      'revocation',
      'address',
    ])
    expect(lines[1]).toContain(lasting.key)
  })

  it('loses aliases that have expired or were given a later end, when a process begins', async () => {
    const file = newFile()
    const brief = { ...alias, key: 'brief', expiresAt: now + 1 }
    const ends = [2, 3, 1].map((hours) => ({ ...alias, expiresAt: now + hours * hourMs }))
    await child(file, `await store.aliases.add(${JSON.stringify([brief, ...ends])})`)
    const { clock: later, at } = settableClock()
    at(now + 1)
    const { aliases } = memoryStore({ file, clock: later })
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual([{ alias: ends[1] }])
    at(now + 3 * hourMs - 1)
    expect(await aliases.find([alias.key])).toEqual([alias.value])
  })

  it('tells all stores of its process that have the file', async () => {
    const file = newFile()
    const [one, other] = [memoryStore({ file, clock }), memoryStore({ file, clock })]
    await one.revocations.write([lasting])
    expect(other.revocations.local!.get(lasting.key)).toEqual([lasting])
  })

  it.each(['', 7, null])('refuses %j as a file', (file) => {
    expect(() => memoryStore({ file: file as never })).toThrow(/needs the path of a file/)
  })

  it('says why a file cannot be used', () => {
    const file = join(folder, 'no-such-folder', 'file')
    expect(() => memoryStore({ file })).toThrow(/memoryStore\(\{ file \}\) cannot use .*ENOENT/)
  })
})

describe('a file of memoryStore({ file }) that another process has', () => {
  it('is refused with the way out, until that process has died', async () => {
    const file = newFile()
    const holder = await child(
      file,
      `await store.revocations.write([${JSON.stringify(lasting)}])`,
      {
        stays: true,
      },
    )
    const opening = () => memoryStore({ file, clock })
    expect(opening).toThrow(ConfigError)
    expect(opening).toThrow(
      new RegExp(`process ${holder.pid} has .*give several processes a redisStore`),
    )
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(opening().revocations.local!.get(lasting.key)).toEqual([lasting])
  })

  it('is written to by one of them only, though they cannot see each other', async () => {
    const file = newFile()
    const { revocations } = memoryStore({ file, clock })
    // As of a container with processes of its own.
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: 7, began: 'elsewhere 1', token: 'x' }))
    await expect(revocations.write([lasting])).rejects.toThrow(
      /Another process has taken .*redisStore/,
    )
    expect(revocations.local!.size).toBe(0)
  })

  it('is free again where its holder’s number has gone to a later process', () => {
    const file = newFile()
    const holder = { pid: process.ppid, began: 'the boot before 1', token: 'x' }
    writeFileSync(`${file}.lock`, JSON.stringify(holder))
    expect(memoryStore({ file, clock }).revocations.local!.size).toBe(0)
  })
})

/** The `sync` of file handles, which waits until it is released. */
async function heldSync() {
  const handle = await open(folder)
  const prototype: { sync(): Promise<void> } = Object.getPrototypeOf(handle)
  await handle.close()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return { sync: vi.spyOn(prototype, 'sync').mockReturnValue(held), release }
}

/** Runs a process that has the file as `store`. */
async function child(file: string, work: string, { stays = false } = {}): Promise<ChildProcess> {
  const script = `
    import { memoryStore } from ${JSON.stringify(join(process.cwd(), 'src/index.ts'))}
    const store = memoryStore({ file: ${JSON.stringify(file)}, clock: () => ${now} })
    ${work}
    console.log('done')
    ${stays ? 'setInterval(() => {}, 1e6)' : ''}`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(started)
  await once(started.stdout!, 'data')
  if (!stays) await once(started, 'exit')
  return started
}
