/** The look of the emulator's pages. */
export const style: string = `
:root { color-scheme: light dark; --accent: #3b4cca; }
`
