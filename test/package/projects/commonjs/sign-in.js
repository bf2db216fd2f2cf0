// An application that is required, and its test, which is imported: both have to know one instance.
const { scalekitAuth } = require('express-scalekit')

const auth = scalekitAuth({
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'client_secret_of_a_test',
  secret: 'cookies_are_sealed_with_this_here',
})

void Promise.all([import('express-scalekit/testing'), require('express-scalekit/testing')]).then(
  async (modules) => {
    for (const { signIn } of modules) {
      const { cookie } = await signIn(auth, { email: 'eve@initech.example' })
      console.log(cookie.split('=')[0])
    }
    await auth.close()
  },
)
