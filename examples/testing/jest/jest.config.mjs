const presets = [['@babel/preset-env', { targets: { node: 'current' } }]]

export default {
  testEnvironment: 'node',
  // Jest requires modules, so Babel makes CommonJS of your ES modules, and of these packages'.
  transform: { '\\.m?js$': ['babel-jest', { presets }] },
  transformIgnorePatterns: [
    '/node_modules/(?!(express-scalekit|openid-client|oauth4webapi|jose)/)',
  ],
}
