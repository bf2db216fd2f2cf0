import { readFile } from 'node:fs/promises'
import type { ParseArgsConfig } from 'node:util'
import { randomId } from '../emulator/format/ids.ts'
import { signWebhook } from '../webhooks/signature.ts'
import { onlyWord, parseArguments, secretArgument, urlArgument } from './arguments.ts'

const options = {
  /** Only declared so that it can be refused with a reason. */
  secret: { type: 'string' },
  curl: { type: 'boolean', default: false },
  to: { type: 'string', default: 'http://localhost:3000/webhooks' },
} satisfies ParseArgsConfig['options']

/**
 * Signs a file unchanged with the current time. Receivers accept the signature for five minutes.
 */
export async function sign(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  const file = onlyWord(positionals, 'The file')
  const secret = secretArgument(values.secret)
  const url = urlArgument('--to', values.to)
  const signature = signWebhook({ id: randomId('msg_'), body: await readFile(file), secret })
  const headers = Object.entries(signature).map(([name, value]) => `${name}: ${value}`)
  console.log(values.curl ? curl(file, url, headers) : headers.join('\n'))
}

function curl(file: string, url: string, headers: readonly string[]): string {
  const parts = [
    // Not `--data`, which would remove line breaks that were signed.
    ['--data-binary', `@${file}`],
    ...['content-type: application/json', ...headers].map((header) => ['--header', header]),
  ]
  const words = parts.map(([option, value]) => `${option} ${quoted(value!)}`)
  return ['curl', ...words, quoted(url)].join(' \\\n  ')
}

/** Quotes an argument for any POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
