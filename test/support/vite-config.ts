import { root } from '../package/manifest.ts'

/** The part of Vite's configuration that the example of a single-page application is about. */
export interface ViteConfig {
  readonly server: {
    readonly proxy: Readonly<Record<string, { readonly changeOrigin: boolean }>>
  }
}

/** JavaScript, as this repository does not depend on Vite and its types. */
export async function viteConfig(): Promise<ViteConfig> {
  const { default: config } = await import(root('examples/single-page-app/vite.config.js'))
  return config as ViteConfig
}
