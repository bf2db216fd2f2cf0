/** Converts `directory.user_created` to `DirectoryUserCreated`, for the names of handlers. */
export type PascalCase<Text extends string> = Text extends `${infer Head}.${infer Tail}`
  ? `${PascalCase<Head>}${PascalCase<Tail>}`
  : Text extends `${infer Head}_${infer Tail}`
    ? `${Capitalize<Head>}${PascalCase<Tail>}`
    : Capitalize<Text>

/** Computes {@link PascalCase} at run time. */
export function pascalCase(text: string): string {
  return text.replace(/(?:^|[._])([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
