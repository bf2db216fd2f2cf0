import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A self-signed certificate for the emulator. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** The certificate's path, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string
}

/** Validity of a certificate in days: the maximum that browsers accept. */
const validDays = 397
/**
 * A certificate that expires sooner is replaced, in milliseconds. It should not expire during a
 * day's work.
 */
const minLeftMs = 7 * 86_400_000

/**
 * Returns the emulator's certificate for a host name, stored below `~/.express-scalekit`. It is
 * created once, so that the developer only has to trust it once. Node cannot create certificates,
 * so `openssl` does.
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
    // Missing or damaged: a new one is created.
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

/**
 * Not a certificate authority: a system that trusts it trusts these host names, and no certificate
 * signed with its key.
 */
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
