import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A certificate for the emulator, signed by itself. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** The certificate's path, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string
}

/** How long a certificate is good for: the most that browsers accept, in days. */
const validDays = 397
/** One that ends sooner is replaced, in milliseconds: it should outlast a day of work. */
const minLeftMs = 7 * 86_400_000

/**
 * The certificate of an emulator with this host name, below `~/.express-scalekit`. It is made once,
 * so that it can be trusted once. Node cannot make certificates: `openssl` does.
 *
 * @throws if `openssl` is missing or fails
 */
export async function certificateFor(host: string): Promise<Certificate> {
  const folder = join(homedir(), '.express-scalekit')
  const file = join(folder, `${host}.pem`)
  const keyFile = join(folder, `${host}-key.pem`)
  if (!(await isGood(file, keyFile, host))) await make(host, { folder, file, keyFile })
  return { cert: await readFile(file, 'utf8'), key: await readFile(keyFile, 'utf8'), file }
}

async function isGood(file: string, keyFile: string, host: string): Promise<boolean> {
  try {
    const certificate = new X509Certificate(await readFile(file))
    await readFile(keyFile)
    const isFor = isIPv4(host) ? certificate.checkIP(host) : certificate.checkHost(host)
    return isFor !== undefined && Date.parse(certificate.validTo) - Date.now() > minLeftMs
  } catch {
    // Missing or broken: it is made anew.
    return false
  }
}

interface Place {
  readonly folder: string
  readonly file: string
  readonly keyFile: string
}

async function make(host: string, { folder, file, keyFile }: Place): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const work = await mkdtemp(join(folder, 'new-'))
  try {
    const [config, cert, key] = ['config', 'cert', 'key'].map((name) => join(work, name))
    await writeFile(config!, configFor(host))
    await openssl([
      ...['req', '-x509', '-newkey', 'rsa:2048', '-sha256', '-nodes', '-days', String(validDays)],
      ...['-config', config!, '-keyout', key!, '-out', cert!],
    ])
    await rename(key!, keyFile)
    await rename(cert!, file)
  } finally {
    await rm(work, { recursive: true })
  }
}

/** Not an authority: what trusts it trusts these names, and nothing that its key could sign. */
function configFor(host: string): string {
  const names = [...new Set(['localhost', host])].filter((name) => !isIPv4(name))
  const addresses = [...new Set(['127.0.0.1', '::1', ...(isIPv4(host) ? [host] : [])])]
  const alternatives = [...names.map((name) => `DNS:${name}`), ...addresses.map((ip) => `IP:${ip}`)]
  return `[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
CN = ${host}
O = Emulator of express-scalekit
[extensions]
subjectAltName = ${alternatives.join(',')}
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
`
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', args)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(
      code === 'ENOENT'
        ? '--https needs the program openssl, which makes the certificate: install it, or leave out --https.'
        : `openssl could not make a certificate: ${message}`,
      { cause: error },
    )
  }
}
