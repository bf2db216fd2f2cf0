/** The tools: the packages of each, the command that makes a bundle of an example, and its file. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const jest = (version) => ({
  name: 'jest',
  packages: [`jest@${version}`, `babel-jest@${version}`, '@babel/core@7', '@babel/preset-env@7'],
  /** The tests of the guide, as it says: without the line that imports vitest. */
  make(cwd) {
    const tests = readFileSync(join(cwd, 'vitest/app.test.js'), 'utf8')
    writeFileSync(
      join(cwd, 'app.test.js'),
      tests.replace(/^.*from 'vitest'\n/m, '').replace('../', './'),
    )
    return []
  },
  tests: [
    'node_modules/jest/bin/jest.js',
    ...['--config', 'jest/jest.config.mjs', '--rootDir', '.', '--runTestsByPath', 'app.test.js'],
  ],
})

const requireInModules =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

const esbuild = (version, format) => ({
  name: 'esbuild',
  what: format === 'esm' ? 'ES module' : 'CommonJS',
  packages: [`esbuild@${version}`],
  make: (_cwd, entry) => [
    'node_modules/esbuild/bin/esbuild',
    entry,
    '--bundle',
    '--platform=node',
    `--format=${format}`,
    `--outfile=${format === 'esm' ? 'bundle.mjs' : 'bundle.cjs'}`,
    ...(format === 'esm' ? [`--banner:js=${requireInModules}`] : []),
  ],
  file: format === 'esm' ? 'bundle.mjs' : 'bundle.cjs',
})

const webpackConfig = (entry) => `export default {
  entry: './${entry}', mode: 'production', target: 'node',
  output: { path: import.meta.dirname ?? process.cwd(), filename: 'bundle.cjs' },
}`

const webpack = (version, cli) => ({
  name: 'webpack',
  what: 'CommonJS',
  packages: [`webpack@${version}`, `webpack-cli@${cli}`],
  make(cwd, entry) {
    writeFileSync(join(cwd, 'webpack.config.mjs'), webpackConfig(entry))
    return ['node_modules/webpack/bin/webpack.js', '--config', 'webpack.config.mjs']
  },
  file: 'bundle.cjs',
})

/** The oldest and the newest that know `exports` and run on Node 20 at all. */
export const tools = [
  jest('28.0.0'),
  jest('latest'),
  esbuild('0.17.0', 'esm'),
  esbuild('0.17.0', 'cjs'),
  esbuild('latest', 'esm'),
  esbuild('latest', 'cjs'),
  webpack('5.61.0', '4.10.0'),
  webpack('latest', 'latest'),
]
