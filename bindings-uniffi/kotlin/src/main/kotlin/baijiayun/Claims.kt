package baijiayun

import baijiayun.ffi.claimScript

/** Seconds for which a claim holds. The documents' last repetition comes after 35. */
private const val HOLD = 600L

/** Most claims that a process remembers, a few megabytes. */
private const val CAPACITY = 100_000

private val CLAIM_SCRIPT: String by lazy { claimScript() }

/** Who takes a callback: the first of this process, or of all that share the store. */
internal class Claims(private val runner: Runner, private val prefix: String) {
    private val recent = LinkedHashMap<String, Long>()

    suspend fun claim(qid: String): Boolean {
        if (!remember(qid)) return false
        if (ask(qid, HOLD) != 0L) return true
        // It is another process's, which may give it back.
        forget(qid)
        return false
    }

    suspend fun release(qid: String) {
        forget(qid)
        ask(qid, 0)
    }

    private suspend fun ask(qid: String, seconds: Long): Long? =
        runner.evaluate(CLAIM_SCRIPT, listOf("$prefix:qid:$qid"), listOf(seconds))

    private fun remember(qid: String): Boolean =
        synchronized(recent) {
            val now = runner.core.clock.ticks()
            // The oldest stand first.
            val oldest = recent.values.iterator()
            while (oldest.hasNext() && (oldest.next() <= now || recent.size >= CAPACITY)) oldest.remove()
            recent.putIfAbsent(qid, now + HOLD * 1000) == null
        }

    private fun forget(qid: String) {
        synchronized(recent) { recent.remove(qid) }
    }
}
