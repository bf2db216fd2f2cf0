/** The hosts: what is installed for each, which example runs, and how. */

const node = (...args) => ['node', ...args]

export const hosts = [
  { name: 'Express 5', file: 'express.js', packages: { express: '5' } },
  { name: 'Express 4', file: 'express.js', packages: { express: '4' }, folder: 'express-4' },
  { name: 'Connect', file: 'connect.js', packages: { connect: '3' } },
  { name: 'node:http', file: 'node-http.js', packages: {} },
  {
    name: 'NestJS on Express',
    file: 'nest-express.js',
    packages: {
      '@nestjs/core': 'latest',
      '@nestjs/common': 'latest',
      '@nestjs/platform-express': 'latest',
      'reflect-metadata': 'latest',
      rxjs: '7',
    },
  },
  {
    name: 'NestJS on Fastify',
    file: 'nest-fastify.js',
    packages: { '@nestjs/core': 'latest', '@nestjs/platform-fastify': 'latest' },
  },
  { name: 'Fastify', file: 'fastify.js', packages: { fastify: '5', '@fastify/middie': '9' } },
  { name: 'Koa', file: 'koa.js', packages: { koa: '3' } },
  { name: 'Hono', file: 'hono.js', packages: { hono: '4', '@hono/node-server': 'latest' } },
  {
    name: 'Next.js custom server',
    file: 'next.js',
    packages: { next: 'latest', react: '19', 'react-dom': '19' },
    env: { NEXT_TELEMETRY_DISABLED: '1' },
  },
  {
    name: 'serverless-http',
    file: 'serverless-http.js',
    packages: { 'serverless-http': 'latest' },
    run: (file) => node('lambda.mjs', `./${file}`),
  },
  {
    name: '@codegenie/serverless-express',
    file: 'serverless-express.js',
    packages: { '@codegenie/serverless-express': '4' },
    run: (file) => node('lambda.mjs', `./${file}`),
  },
  {
    name: 'Bun, with Express 5',
    file: 'bun.js',
    packages: { bun: 'latest' },
    setUp: ['node', 'node_modules/bun/install.js'],
    run: (file) => ['node_modules/.bin/bun', file],
  },
  {
    name: 'Deno, with Express 5',
    file: 'express.js',
    packages: { deno: 'latest' },
    setUp: ['node', 'node_modules/deno/install.cjs'],
    run: (file) => ['node_modules/.bin/deno', 'run', '--allow-all', file],
  },
  {
    name: 'workerd, with Express 5',
    file: 'worker.js',
    packages: { workerd: 'latest', esbuild: 'latest' },
    setUp: ['node', 'node_modules/workerd/install.js'],
    run: (file) => node('workerd.mjs', `./${file}`),
  },
].map((host) => ({ folder: 'hosts', env: {}, run: (file) => node(file), ...host }))
