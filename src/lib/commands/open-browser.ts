import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What opens a URL on each platform; others have `xdg-open`. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // The empty argument is the title of a window, which `start` would take from a quoted URL.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens a URL in the browser. Without a browser, a line says so. */
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
