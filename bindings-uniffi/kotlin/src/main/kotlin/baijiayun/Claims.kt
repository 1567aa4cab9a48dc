package baijiayun

import kotlin.random.Random
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/** Most claims that a process remembers, a few megabytes. */
private const val CAPACITY = 100_000

/** Milliseconds that a cancelled claim may take to be given back in the store. */
private const val LAST_WORD = 1000L

private val CLAIM_SCRIPT: String by lazy { Native.claimScript().decodeToString() }

/** Who takes a callback: the first of this process, or of all that share the store. */
internal class Claims(private val runner: Runner, private val prefix: String) {
    private class Claim(val signature: String, val end: Long)

    /** By qid, the oldest first. */
    private val claims = LinkedHashMap<String, Claim>()

    /** The qid of each signature. */
    private val qids = HashMap<String, String>()

    suspend fun claim(qid: String, signature: String, hold: Long): Boolean {
        if (!remember(qid, signature, hold)) return false
        // A number that no other claim has, so that nothing of another's is given back.
        val owner = Random.nextLong(1, Long.MAX_VALUE)
        val first = try {
            ask(qid, signature, hold, owner) != 0L
        } catch (cancelled: CancellationException) {
            forget(qid, signature)
            withContext(NonCancellable) { withTimeoutOrNull(LAST_WORD) { ask(qid, signature, 0, owner) } }
            throw cancelled
        }
        // It is another process's, which may give it back.
        if (!first) forget(qid, signature)
        return first
    }

    suspend fun release(qid: String, signature: String) {
        forget(qid, signature)
        ask(qid, signature, 0, 0)
    }

    /** The keys share a hash tag, so that a cluster keeps them together. */
    private suspend fun ask(qid: String, signature: String, seconds: Long, owner: Long): Long? {
        val keys = listOf("$prefix:{callbacks}:qid:$qid", "$prefix:{callbacks}:sign:$signature")
        return runner.claimed(CLAIM_SCRIPT, keys, listOf(seconds, owner))
    }

    private fun remember(qid: String, signature: String, hold: Long): Boolean =
        synchronized(claims) {
            val now = runner.core.clock.ticks()
            while (claims.isNotEmpty() && (claims.size >= CAPACITY || claims.values.first().end <= now)) {
                drop(claims.keys.first())
            }
            if (known(qid, signature).any { claims.getValue(it).end > now }) return false
            known(qid, signature).forEach(::drop)
            claims[qid] = Claim(signature, now + hold * 1000)
            qids[signature] = qid
            true
        }

    private fun forget(qid: String, signature: String): Unit =
        synchronized(claims) { known(qid, signature).forEach(::drop) }

    /** The claims that share an id with it. */
    private fun known(qid: String, signature: String): List<String> =
        listOfNotNull(qid, qids[signature]).distinct().filter(claims::containsKey)

    private fun drop(qid: String) {
        claims.remove(qid)?.let { qids.remove(it.signature) }
    }
}
