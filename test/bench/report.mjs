const mebibyte = 1024 * 1024

/** @param base what the ratios are ratios to */
export function printSummaries(summaries, base = 'base') {
  printTable(
    ['contender', 'case', 'CPU µs', `× ${base}`, 'best ×', 'wall ×', 'RSS MiB'],
    summaries.map(({ contender, name, cpuMicros, cpu, cpuBest, wall, rssBytes }) => [
      contender,
      name,
      cpuMicros.toFixed(1),
      cpu.toFixed(2),
      cpuBest.toFixed(2),
      wall.toFixed(2),
      (rssBytes / mebibyte).toFixed(0),
    ]),
  )
}

export function printInProcess(costs) {
  printTable(
    ['in process', 'best µs'],
    Object.entries(costs).map(([what, micros]) => [what, micros.toFixed(2)]),
  )
}

/** Builds side by side: the best of each, and how the others relate to the first. */
export function printBuilds(costsOfBuilds) {
  const [[, first]] = costsOfBuilds
  printTable(
    ['in process', ...costsOfBuilds.map(([name]) => `${name}, best µs`), 'now ÷ before'],
    Object.keys(first).map((what) => {
      const micros = costsOfBuilds.map(([, costs]) => costs[what])
      return [what, ...[...micros, micros[1] / micros[0]].map((number) => number.toFixed(2))]
    }),
  )
}

export function printWebhooks(costs) {
  printTable(
    ['webhook of 1 KiB', 'best µs', '× least'],
    costs.map(({ name, micros, ratio }) => [name, micros.toFixed(2), ratio.toFixed(2)]),
  )
}

export function printManagement(costs) {
  printTable(
    ['management call', 'of', 'CPU µs', 'CPU ×', 'calls ×'],
    costs.map(({ name, call, cpuMicros, cpu, calls }) => [
      name,
      call,
      cpuMicros.toFixed(0),
      cpu.toFixed(2),
      calls.toFixed(2),
    ]),
  )
}

export function printTestSignIns(costs) {
  printTable(
    ['signIn() of a test', 'first ms', 'median ms'],
    costs.map(({ name, firstMs, medianMs }) => [name, firstMs.toFixed(0), medianMs.toFixed(2)]),
  )
}

export function printImports(costs) {
  printTable(
    ['import', 'ms', 'heap MiB', 'packages'],
    costs.map(({ name, ms, heapBytes, packages }) => [
      name,
      ms.toFixed(0),
      (heapBytes / mebibyte).toFixed(1),
      String(packages),
    ]),
  )
}

export function printGoals(goals) {
  for (const { text, reached, isMet } of goals) {
    console.log(`${isMet ? 'ok    ' : 'MISSED'}  ${text}: ${reached.toFixed(2)}`)
  }
}

/** Words to the left, numbers to the right. */
function printTable(titles, rows) {
  const isNumber = titles.map((_title, column) => Number.isFinite(Number(rows[0][column])))
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  )
  for (const row of [titles, ...rows]) {
    const cells = row.map((cell, column) =>
      isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    )
    console.log(cells.join('  ').trimEnd())
  }
  console.log()
}
