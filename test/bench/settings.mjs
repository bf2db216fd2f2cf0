const isQuick = process.argv.includes('--quick') || process.env.BENCH_QUICK === '1'

/** How long to measure. The quick run shows that everything works; its numbers mean little. */
export const settings = {
  /** Before the first slice, for every case; V8 settles after some tens of thousands of requests. */
  warmUpSeconds: isQuick ? 1 : 8,
  /** One half of a pair. */
  sliceSeconds: isQuick ? 0.2 : 0.5,
  /** Pairs for every case. */
  rounds: isQuick ? 3 : 15,
  /** Requests under way at once, each on a connection that is kept. */
  connections: 16,
  /** More than the kit remembers of opened cookies (2 × 2500), so that each is opened again. */
  manyCookies: 6000,
  /** Fresh processes for each package whose import is measured. */
  imports: isQuick ? 3 : 9,
}
