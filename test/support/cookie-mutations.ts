/** A change of a cookie's value. */
export interface Mutation {
  change(value: string): string
  /** express-session decodes what it reads, so that for it this may be the same value still. */
  readonly isDecoded?: true
}

const standardAlphabet = (value: string) => value.replaceAll('-', '+').replaceAll('_', '/')

/** What attackers do to a value that they cannot make, by what it is then. */
export const cookieMutations: Readonly<Record<string, Mutation>> = {
  'with its first character changed': { change: (value) => changedAt(value, 0) },
  'with its second character changed': { change: (value) => changedAt(value, 1) },
  'changed in its key id': { change: (value) => changedAt(value, 5) },
  'changed at the end of its key id': { change: (value) => changedAt(value, 9) },
  'changed at the start of its iv': { change: (value) => changedAt(value, 11) },
  'changed at the end of its iv': { change: (value) => changedAt(value, 26) },
  'changed at the start of its ciphertext': { change: (value) => changedAt(value, 27) },
  'changed in its middle': { change: (value) => changedAt(value, Math.floor(value.length / 2)) },
  'changed at the end of its ciphertext': { change: (value) => changedAt(value, -23) },
  'changed at the start of its tag': { change: (value) => changedAt(value, -21) },
  'with its last character changed': { change: (value) => changedAt(value, -1) },
  'with two characters in its middle swapped': { change: swappedInTheMiddle },
  'without its first character': { change: (value) => value.slice(1) },
  'without its last character': { change: (value) => value.slice(0, -1) },
  'without its tag': { change: (value) => value.slice(0, -22) },
  'cut in the middle': { change: (value) => value.slice(0, value.length / 2) },
  'cut after its key id': { change: (value) => value.slice(0, 11) },
  'cut to one character': { change: (value) => value.slice(0, 1) },
  'without anything in it': { change: () => '' },
  'with a character behind it': { change: (value) => `${value}A` },
  'with four characters behind it': { change: (value) => `${value}AAAA` },
  'with a character before it': { change: (value) => `A${value}` },
  'twice in a row': { change: (value) => value + value },
  'padded with one equals sign': { change: (value) => `${value}=` },
  'padded with two equals signs': { change: (value) => `${value}==` },
  'with a dot and a part more': { change: (value) => `${value}.AAAA` },
  'with a dot behind it': { change: (value) => `${value}.` },
  'without its dots': { change: (value) => value.replaceAll('.', '') },
  'in upper case': { change: (value) => value.toUpperCase() },
  'in lower case': { change: (value) => value.toLowerCase() },
  'back to front': { change: (value) => [...value].reverse().join('') },
  'in base64 of the other alphabet': {
    change: (value) => `${value.slice(0, 11)}+/${standardAlphabet(value.slice(13))}`,
  },
  'encoded again in base64url': { change: (value) => Buffer.from(value).toString('base64url') },
  'encoded again in hexadecimal': { change: (value) => Buffer.from(value).toString('hex') },
  'with every character percent-encoded': { change: percentEncoded, isDecoded: true },
  'percent-encoded twice': { change: (value) => encodeURIComponent(percentEncoded(value)) },
  'in quotes': { change: (value) => `"${value}"`, isDecoded: true },
  'in single quotes': { change: (value) => `'${value}'` },
  'behind a quote': { change: (value) => `"${value}` },
  'behind j:': { change: (value) => `j:${value}` },
  'behind s:': { change: (value) => `s:${value}` },
  'in JSON behind j:': { change: (value) => `j:${JSON.stringify({ value })}` },
  'behind a comma': { change: (value) => `,${value}` },
  'with a comma and itself behind it': { change: (value) => `${value},${value}` },
  'with a space in its middle': { change: spacedInTheMiddle },
  'with %00 behind it': { change: (value) => `${value}%00` },
  'with %0d%0a and a header behind it': { change: (value) => `${value}%0d%0aSet-Cookie: a=b` },
  'with a byte above ASCII behind it': { change: (value) => `${value}\u00e9` },
  'with a tab in its middle': { change: (value) => spacedInTheMiddle(value, '\t') },
  'with a NUL behind it': { change: (value) => `${value}\u0000` },
  'with a bell behind it': { change: (value) => `${value}\u0007` },
  'with DEL behind it': { change: (value) => `${value}\u007f` },
  'the word null': { change: () => 'null' },
  'the word undefined': { change: () => 'undefined' },
  'the word true': { change: () => 'true' },
  'the word __proto__': { change: () => '__proto__' },
  'JSON of somebody': { change: () => '{"v":1,"sub":"usr_admin"}' },
  'an array in JSON': { change: () => '[{"v":1}]' },
  'a token without a signature': { change: () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' },
  'one percent sign': { change: () => '%' },
  'a broken escape': { change: () => '%E0%A4%A' },
  'five thousand characters': { change: () => 'A'.repeat(5000) },
  'itself and five thousand characters': { change: (value) => value + 'A'.repeat(5000) },
  'more than a header may have': { change: (value) => value + 'A'.repeat(40_000) },
}

function changedAt(value: string, index: number): string {
  const at = index < 0 ? value.length + index : index
  return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
}

/** The first two neighbours from the middle on that are not the same. */
function swappedInTheMiddle(value: string): string {
  let at = Math.floor(value.length / 2)
  while (value[at] === value[at + 1]) at += 1
  return value.slice(0, at) + value[at + 1] + value[at] + value.slice(at + 2)
}

function spacedInTheMiddle(value: string, space = ' '): string {
  const middle = Math.floor(value.length / 2)
  return value.slice(0, middle) + space + value.slice(middle)
}

function percentEncoded(value: string): string {
  return [...value].map((char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
}
