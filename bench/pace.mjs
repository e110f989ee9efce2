// When to send: as soon as the last one was answered, or at a rate, however long answers take.

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Run `work(0 … count - 1)`, `together` at a time; the results in order. */
export async function many(count, together, work) {
  const done = []
  for (let from = 0; from < count; from += together) {
    const size = Math.min(together, count - from)
    done.push(...(await Promise.all(Array.from({ length: size }, (_, index) => work(from + index)))))
  }
  return done
}

/** `writers` at once; each calls `work(writer, n)` again as soon as it has answered. Seconds taken. */
export async function closedLoop(writers, seconds, work) {
  const begun = performance.now()
  const until = begun + seconds * 1000
  await Promise.all(Array.from({ length: writers }, async (_, writer) => {
    for (let n = 0; performance.now() < until; n++) await work(writer, n)
  }))
  return (performance.now() - begun) / 1000
}

/** Calls due by `elapsed` seconds when each of `rates` a second holds for an equal part of `seconds`. */
export function due(rates, seconds, elapsed) {
  const part = seconds / rates.length
  return rates.reduce((sum, rate, index) => sum + rate * Math.min(part, Math.max(0, elapsed - index * part)), 0)
}

/** `work(n)` at the rates given, one after another, without waiting for it. Seconds taken. */
export async function openLoop(rates, seconds, work) {
  const begun = performance.now()
  const since = () => (performance.now() - begun) / 1000
  for (let n = 0; since() < seconds; await pause(5)) {
    for (const now = due(rates, seconds, since()); n < now; n++) void work(n)
  }
  return since()
}
