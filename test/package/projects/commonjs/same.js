// `catch (error)` in a CommonJS file has to know an error that an ES module threw.
const required = require('express-scalekit')

void import('express-scalekit').then((imported) => {
  const names = Object.keys(imported).filter((name) => name !== 'module.exports')
  console.log(names.length > 0 && names.every((name) => imported[name] === required[name]))
})
