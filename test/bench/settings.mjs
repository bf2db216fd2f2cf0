const isQuick = process.argv.includes('--quick') || process.env.BENCH_QUICK === '1'

/** How long to measure. The quick run shows that everything works; its numbers mean little. */
export const settings = {
  /**
   * Before the first slice, for every case and for its bare Express; with three cases and more in
   * a process that makes the tens of thousands of requests after which V8 settles.
   */
  warmUpSeconds: isQuick ? 0.5 : 6,
  /** One half of a pair. */
  sliceSeconds: isQuick ? 0.2 : 0.5,
  /** Pairs for every case. */
  rounds: isQuick ? 3 : 15,
  /** Requests under way at once, each on a connection that is kept. */
  connections: 16,
  /** More than the kit remembers of opened cookies (2 × 2500), so that each is opened again. */
  manyCookies: 6000,
  /** Fresh processes that verify webhooks. */
  webhookProcesses: isQuick ? 1 : 11,
  /** Pairs of batches for each way to verify a webhook, in each of them. */
  webhookRounds: isQuick ? 40 : 200,
  /** Fresh processes for each of two builds that are compared without a server. */
  inProcessRounds: isQuick ? 1 : 7,
  /** Fresh processes for each package whose import is measured. */
  imports: isQuick ? 3 : 9,
}
