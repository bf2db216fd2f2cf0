// @module-tag slow
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { submitted } from '../support/email-page.ts'
import { eventually } from '../support/eventually.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'
import { freePort } from './free-port.ts'
import { cleanEnvironment, pack, run } from './pack.ts'
import { blocksOf, guideTo, readme } from './readme.ts'
import { npmSettings, type Registry, startRegistry } from './registry.ts'
import { openTerminal, type Terminal } from './terminal.ts'

const guide = guideTo('first-customer').split('\n## Use a Scalekit environment\n')[0]!
const patient = { timeout: 60_000 }

let folder: string
let registry: Registry
const terminals: Terminal[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-customer-'))
  registry = await startRegistry(await pack(folder))
})

afterAll(async () => {
  await Promise.all(terminals.map((terminal) => terminal.stop()))
  await registry.close()
  await rm(folder, { recursive: true, force: true })
})

it('the guide leads from an empty folder to a colleague who left', async () => {
  const blocks = blocksOf(guide).map(({ text }) => text)
  expect(blocks).toHaveLength(10)
  const [install, emulate, variables, start, script, runScript, link, greeting, hear, heard] =
    blocks as [string, ...string[]] & { readonly length: 10 }
  const { here, shown, flags, url, env } = await onFreePorts()
  const app = join(folder, 'my-app')
  const file = (name: string) => join(app, name)

  await shell(folder, install, env)
  expect(await readFile(file('app.js'), 'utf8')).toBe(blocksOf(readme)[0]!.text)

  const emulator = open(app, `${here(emulate!).trim()} ${flags}`, env)
  await vi.waitFor(() => expect(shown(emulator.output)).toContain(variables), patient)
  await writeFile(file('.env'), here(variables!))

  const first = open(app, start!, env)
  const dennis = visitorOf(url)
  expect(await emailPage(dennis, url)).toContain('name="login_hint"')

  await writeFile(file('first-customer.js'), script!)
  const printed = await shell(app, runScript!, env)
  expect(shown(printed)).toMatch(like(link!))

  const portal = pageAt(printed.trim().split(' ').at(-1)!)
  await portal.press('Set up single sign-on', { domain: 'initech.example' })

  expect(`${await signIn(dennis, url, 'dennis@initech.example')}\n`).toMatch(like(greeting!))

  const before = await readFile(file('app.js'), 'utf8')
  expect(before).toContain('\napp.use(scalekitAuth())\n')
  await first.stop()
  await writeFile(file('app.js'), hear!)
  const second = open(app, start!, env)
  await isUp(url)
  await dennis.open('/').expect(200)

  const set = await portal.press('Set up directory sync')
  const directory = pageAt(linkIn(set, 'Edit the directory', portal.url))
  await directory.press('Add', { name: 'Mary Shaw', email: 'mary@initech.example' })
  const mary = await signIn(visitorOf(url), url, 'mary@initech.example')
  expect(mary).toMatch(/^Hello Mary Shaw of org_\d+$/)

  await directory.press('Remove', {}, 'Dennis Ritchie')
  // A second at fifty looks; they slow down where the machine does.
  let looks = 0
  await eventually(async () => {
    looks += 1
    await dennis.open('/').expect(302)
  })
  expect(looks).toBeLessThanOrEqual(50)
  await vi.waitFor(() => expect(withoutLog(second.output)).toBe(heard), patient)
}, 120_000)

it('the README leads from an empty folder to a user who is signed in', async () => {
  const [commands, greeting] = ['sh', 'text'].map(
    (language) => blocksOf(readme).find((block) => block.language === language)!.text,
  )
  const steps = commands!.trim().split('\n')
  const last = steps.pop()!
  expect(last).toContain(' emulator -- ')
  const { flags, url, env } = await onFreePorts()
  const app = join(folder, 'ten-lines')
  await mkdir(app)

  await shell(app, steps.join('\n'), env)
  open(app, last.replace(' -- ', ` ${flags} -- `), env)
  await isUp(url)
  expect(`${await signIn(visitorOf(url), url, 'ada@acme.example')}\n`).toBe(greeting)
}, 120_000)

/** The guide's two ports may be taken here, so others are put in their places. */
async function onFreePorts() {
  const [appPort, emulatorPort] = [await freePort(), await freePort()]
  const url = `http://localhost:${appPort}`
  const ports = [
    ['localhost:3000', `localhost:${appPort}`],
    ['localhost:4400', `localhost:${emulatorPort}`],
  ] as const
  return {
    url,
    here: (text: string) => ports.reduce((all, [from, to]) => all.replaceAll(from, to), text),
    shown: (text: string) => ports.reduce((all, [to, from]) => all.replaceAll(from, to), text),
    flags: `--port ${emulatorPort} --redirect-uri ${url}/callback`,
    env: {
      ...cleanEnvironment(),
      PORT: String(appPort),
      ...npmSettings(registry, join(folder, 'npm')),
    },
  }
}

/** Runs commands to their end. */
async function shell(cwd: string, commands: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await run(cwd, 'sh', ['-ec', commands], env)
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

function open(...command: Parameters<typeof openTerminal>): Terminal {
  const terminal = openTerminal(...command)
  terminals.push(terminal)
  return terminal
}

async function isUp(url: string): Promise<void> {
  await vi.waitFor(() => fetch(url, { redirect: 'manual' }), patient)
}

/** What the application shows to whoever is not signed in. */
async function emailPage(visitor: Visitor, url: string): Promise<string> {
  await isUp(url)
  const { headers } = await visitor.open('/').expect(302)
  return (await visitor.open(headers.location!).expect(200)).text
}

/** Types an address, chooses who has it, and answers what the application shows then. */
async function signIn(visitor: Visitor, url: string, email: string): Promise<string> {
  const form = submitted(await emailPage(visitor, url), email)
  const { headers } = await visitor.signIn(form, email)
  return (await visitor.open(headers.location!).expect(200)).text
}

/** A page of the emulator, whose buttons the guide names. */
function pageAt(url: string) {
  return {
    url,
    /** Presses a button, the one that stands beside `name` if there are several. */
    async press(label: string, fields: Readonly<Record<string, string>> = {}, name = '') {
      expect(guide).toContain(`*${label}*`)
      const page = await (await fetch(url)).text()
      const form = formWith(page, label, name)
      const answer = await fetch(new URL(form.action, url), {
        method: 'POST',
        body: new URLSearchParams({ ...form.fields, ...fields }),
      })
      expect([answer.status, answer.url]).toEqual([200, url])
      return answer.text()
    },
  }
}

function formWith(page: string, label: string, name: string) {
  const forms = [...page.matchAll(/<form [^>]*>.*?<\/form>/gs)].map(([form]) => form)
  const form = forms.find((text) => text.includes(`>${label}</button>`) && text.includes(name))
  if (!form) throw new Error(`There is no button ${label} on ${page}`)
  const button = form.split('<button').find((text) => text.includes(`>${label}</button>`))!
  const named = [...(form.match(/<input type="hidden"[^>]*>/g) ?? []), button]
  return {
    action: / action="([^"]+)"/.exec(form)?.[1] ?? '',
    fields: Object.fromEntries(
      named.map((text) => [/ name="([^"]+)"/.exec(text)?.[1], / value="([^"]+)"/.exec(text)?.[1]]),
    ) as Readonly<Record<string, string>>,
  }
}

function linkIn(page: string, label: string, url: string): string {
  expect(guide).toContain(`*${label}*`)
  const [before = ''] = page.split(`>${label}</a>`)
  return new URL(/.* href="([^"]+)"/s.exec(before)![1]!, url).href
}

/** A pattern for what the guide shows, whose `…` stands for what differs each time. */
function like(text: string): RegExp {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('…', '[\\w-]+')}$`)
}

/** What the application printed itself. */
function withoutLog(output: string): string {
  return output.replaceAll(/^\[scalekit\] .*\n/gm, '')
}
