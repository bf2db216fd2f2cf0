import { onTestFinished } from 'vitest'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../../src/testing.ts'
import { type Reply, startReceiver } from './receiver.ts'

/** Starts an emulator that ends with the test. */
export async function emulate(seed?: EmulatorSeed): Promise<Emulator> {
  const emulator = await startEmulator(seed)
  onTestFinished(() => emulator.close())
  return emulator
}

/** An emulator and an endpoint that gets all its events. */
export async function emulateWithReceiver(seed?: EmulatorSeed, replies?: readonly Reply[]) {
  const emulator = await emulate(seed)
  const receiver = await startReceiver(emulator.webhookSecret, replies)
  emulator.subscribe({ url: receiver.url })
  return { emulator, receiver }
}
