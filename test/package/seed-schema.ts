import { readFileSync } from 'node:fs'
import { seedKind } from '../../src/lib/emulator/world/seed-kinds.ts'
import { isObject } from '../../src/lib/ground/is-object.ts'
import type { Json } from '../../src/lib/ground/types.ts'
import { root } from './manifest.ts'

const sources = ['world/seed.ts', 'webhooks/delivery.ts']
  .map((file) => readFileSync(root(`src/lib/emulator/${file}`), 'utf8'))
  .join('\n')

/** The interface that documents the object, or the objects, of a member. */
const interfaces: Readonly<Record<string, string>> = {
  organizations: 'OrganizationSeed',
  connection: 'ConnectionSeed',
  directory: 'DirectorySeed',
  people: 'PersonSeed',
  socialPeople: 'PersonSeed',
  lifetimes: 'Lifetimes',
  webhooks: 'Subscription',
}

/** The JSON schema of a seed file, `examples/emulator/seed.schema.json`. */
export function seedSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A seed of the Scalekit emulator: npx express-scalekit emulator --seed <file>',
    ...described(seedKind.schema, 'EmulatorSeed'),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The schema with each member's docstring as its description, wherever its object is nested. */
function described(schema: Json, name: string | undefined): Json {
  if (Array.isArray(schema.anyOf)) {
    return { anyOf: schema.anyOf.map((each: Json) => described(each, name)) }
  }
  if (isObject(schema.items)) return { ...schema, items: described(schema.items, name) }
  if (!isObject(schema.properties)) return schema
  const members = Object.entries(schema.properties).map(([member, value]) => {
    const description = docOf(name, member)
    const inner = described(value as Json, interfaces[member])
    return [member, { ...(description && { description }), ...inner }]
  })
  return { ...schema, properties: Object.fromEntries(members) }
}

function docOf(name: string | undefined, member: string): string | undefined {
  const body = new RegExp(`export interface ${name}\\b.*?\\{\\n(.*?)\\n\\}`, 's').exec(sources)
  const pattern = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s+(?:readonly )?${member}\\??:`, 's')
  const [, doc] = pattern.exec(body?.[1] ?? '') ?? []
  return doc
    ?.replaceAll(/\s*\n[\s*]*/g, ' ')
    .replaceAll(/\{@link (?:\w+\.)?(\w+)\}/g, '$1')
    .replaceAll('`', '')
    .trim()
}
