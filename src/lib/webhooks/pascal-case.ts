/** `directory.user_created` as `DirectoryUserCreated`: what the names of handlers are made of. */
export type PascalCase<Text extends string> = Text extends `${infer Head}.${infer Tail}`
  ? `${PascalCase<Head>}${PascalCase<Tail>}`
  : Text extends `${infer Head}_${infer Tail}`
    ? `${Capitalize<Head>}${PascalCase<Tail>}`
    : Capitalize<Text>

/** The same at run time. */
export function pascalCase(text: string): string {
  return text.replace(/(?:^|[._])([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
