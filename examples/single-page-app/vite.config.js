// Not "/me": a key that is no expression matches every path that begins with it, "/members" too.
const routes = '^/(api|login|callback|logout|me|organizations|portal)(/|\\?|$)'

export default {
  server: {
    // The port is part of APP_BASE_URL and of the redirect URI, so Vite must not choose another.
    port: 5173,
    strictPort: true,
    proxy: {
      // With `changeOrigin`, Express would see a host that is not its `baseUrl`, and redirect once more.
      [routes]: { target: 'http://localhost:3000', changeOrigin: false },
    },
  },
}
