import { decisionSpeed, latency } from './policies/decision-speed.ts'
import { lintSpeed, memory, replaySpeed } from './policies/tool-speed.ts'
import type { Benchmark, BenchmarkResult } from './result.ts'

/**
 * Policy decisions with three layers and trace at 10 to 10,000 rules, beside cedar-wasm (preparsed
 * and sliced per asset), casbin, json-logic and CASL in the same run; latency, compile time, heap;
 * lint of 10,000 rules and replay of a million records.
 */
export const run: Benchmark = async ({ quick, progress }) => {
  const sizes = quick ? [10, 100, 1000] : [10, 100, 1000, 10_000]
  const results: BenchmarkResult[] = []
  for (const rules of sizes) {
    progress(`${rules} rules beside the other engines`)
    results.push(...(await decisionSpeed(rules, quick)))
  }
  const most = sizes.at(-1) ?? 10
  progress(`latency, compile time and heap at ${most} rules`)
  results.push(...latency(most), ...memory(most))
  progress('lint and replay')
  results.push(...lintSpeed(quick ? 1000 : 10_000), ...replaySpeed(quick ? 50_000 : 1_000_000))
  return results
}
