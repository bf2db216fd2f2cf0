import { readFileSync } from 'node:fs'
import { optionNames } from '../../src/lib/config/config.ts'
import type { Paths } from '../../src/lib/config/paths.ts'
import { eventTypes } from '../../src/lib/webhooks/events.ts'
import { handlerName } from '../../src/lib/webhooks/handler-names.ts'
import { root } from './manifest.ts'

/** The interface that documents a group of options, and its file in `src/lib/config`. */
const groups: Readonly<Record<string, readonly [name: string, file: string]>> = {
  '': ['ScalekitAuthOptions', 'options.ts'],
  paths: ['PathOptions', 'options.ts'],
  login: ['LoginOptions', 'options.ts'],
  authorization: ['AuthorizationOptions', 'options.ts'],
  session: ['SessionOptions', 'options.ts'],
  pages: ['PageOptions', 'page-options.ts'],
  webhooks: ['WebhookOptions', 'options.ts'],
  interceptors: ['InterceptorOptions', 'options.ts'],
  organizations: ['OrganizationsOptions', 'options.ts'],
  portal: ['PortalOptions', 'options.ts'],
  bearer: ['BearerOptions', 'options.ts'],
  revocation: ['RevocationOptions', 'options.ts'],
  connections: ['ConnectionOptions', 'options.ts'],
  http: ['HttpOptions', 'options.ts'],
}

/** The methods of each route. */
const methods: Readonly<Record<keyof Paths, string>> = {
  login: 'GET',
  callback: 'GET',
  logout: 'GET, POST',
  me: 'GET',
  webhooks: 'POST',
  interceptors: 'POST',
  backchannelLogout: 'POST',
  organizations: 'GET',
  portal: 'GET',
}

/** An option as its docstring describes it. */
export interface DocumentedOption {
  readonly name: string
  readonly text: string
  readonly default: string
  readonly env: string
}

/** The page that is generated: `examples/reference/README.md`. */
export function referencePage(): string {
  return `# Reference

Which options, routes, guards, events and error codes are there? This page lists them all. It is generated from the source.

## Options

\`scalekitAuth(options)\` takes these options. An option wins over its environment variable. All problems of a configuration are reported in one error, each with its fix.

${Object.keys(groups).map(optionsOf).join('\n')}
## Routes

Each path is relative to \`basePath\`. The handlers are also available one by one, as \`auth.routes.login\` and so on.

| method | path | what it does |
| --- | --- | --- |
${documentedOptions('paths').map(routeRow).join('\n')}

The routes for webhooks, interceptors and the portal exist only when they are configured.

## Guards

| guard | what it does |
| --- | --- |
${guardRows()
  .map(([name, text]) => `| \`${name}\` | ${text} |`)
  .join('\n')}

## Webhook events

\`webhooks: { onDirectoryUserCreated }\` handles \`organization.directory.user_created\`, and so on. \`onUnknown\` receives events of other types.

| event | handler |
| --- | --- |
${eventTypes.map((type) => `| \`${type}\` | \`${handlerName(type)}\` |`).join('\n')}

## Error codes

Every error has a \`code\`. New codes are added; a code is never renamed or used for something else. The [troubleshooting guide](../troubleshooting/README.md) says what each means and what to do.

${errorTables()}`
}

function optionsOf(group: string): string {
  const heading = group === '' ? '' : `### \`${group}\`\n\n${groupText(group)}\n\n`
  const rows = documentedOptions(group)
    .filter(({ name }) => !(name in groups))
    .map(optionRow)
  return `${heading}| option | default | what it does |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

/** The sentence of a group is that of the option by its name. */
function groupText(group: string): string {
  return documentedOptions('').find(({ name }) => name === group)!.text
}

function optionRow(option: DocumentedOption): string {
  const env = option.env === '' ? '' : ` Environment variable: ${option.env}.`
  return `| \`${option.name}\` | ${option.default} | ${option.text}${env} |`
}

function routeRow({ name, text, default: path }: DocumentedOption): string {
  return `| ${methods[name.replace('paths.', '') as keyof Paths]} | ${path} | ${text} |`
}

/** The options of a group, in the order in which they are documented. */
export function documentedOptions(group: string): DocumentedOption[] {
  const [name, file] = groups[group]!
  const source = readFileSync(root(`src/lib/config/${file}`), 'utf8')
  const body = new RegExp(`export (?:interface|type) ${name}\\b.*?\\{\\n(.*?)\\n\\}`, 's').exec(
    source,
  )![1]!
  const members = body.matchAll(/ {2}\/\*\*((?:(?!\*\/).)*)\*\/\n {2}(?:readonly )?(\w+)\??[:(]/gs)
  return [...members]
    .map(([, doc, member]) => described(group === '' ? member! : `${group}.${member}`, doc!))
    .filter((option) => optionNames[group]!.includes(option.name.replace(/^\w+\./, '')))
}

function described(name: string, doc: string): DocumentedOption {
  const text = doc.replaceAll(/\s*\n[\s*]*/g, ' ').trim()
  const [, sentence, env = '', fallback = ''] =
    /^(.*?)(?: Env: (.*?))?(?: Default: (.*?))?$/s.exec(text.replace(/\.$/, '')) ?? []
  return {
    name,
    text: `${sentence!.replace(/\.$/, '')}.`,
    env: env.replace(/\.$/, ''),
    default: fallback === '' ? 'required' : fallback,
  }
}

/** Each guard with the sentence that describes it. */
export function guardRows(): (readonly [name: string, text: string])[] {
  const source = readFileSync(root('src/lib/http/guards/standalone-guards.ts'), 'utf8')
  const found = source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\nexport const (\w+)/gs)
  return [...found].map(([, doc, name]) => {
    const text = doc!.replaceAll(/\s*\n[\s*]*/g, ' ').trim()
    return [name!, text.split(' @')[0]!] as const
  })
}

/** A table for each class of errors, in the order of the table in the source. */
function errorTables(): string {
  const source = readFileSync(root('src/lib/ground/error-codes.ts'), 'utf8')
  const table = /const statusByCode = \{(.*?)\} as const/s.exec(source)![1]!
  const classes = {
    config: 'ConfigError',
    login: 'LoginError',
    access: 'AccessError',
    webhook: 'WebhookError',
    api: 'ApiError',
    general: 'ScalekitError',
  }
  return Object.entries(classes)
    .map(([block, name]) => {
      const body = new RegExp(`^ {2}${block}: \\{\\n(.*?)^ {2}\\},`, 'ms').exec(table)![1]!
      const rows = [...body.matchAll(/^ {4}(\w+): (\d+),$/gm)].map(
        ([, code, status]) => `| \`${code}\` | ${status} |`,
      )
      return `### \`${name}\`\n\n| code | status |\n| --- | --- |\n${rows.join('\n')}\n`
    })
    .join('\n')
}
