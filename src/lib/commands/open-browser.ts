import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The command that opens a URL on each platform. All others have `xdg-open`. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // `start` takes its first quoted argument as a window title, so an empty one comes first.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens a URL in the browser. If there is no browser, prints a line that says so. */
export async function openBrowser(url: string): Promise<void> {
  const [program = 'xdg-open', ...args] = openers[process.platform] ?? []
  try {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    await once(child, 'spawn')
    child.unref()
  } catch {
    console.log(`No browser could be opened: ${program} is missing. Open ${url} yourself.`)
  }
}
