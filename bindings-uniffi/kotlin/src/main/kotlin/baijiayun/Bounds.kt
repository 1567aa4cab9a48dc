package baijiayun

import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/** What came of a wait. */
internal sealed class Waited<out T> {
    class Got<T>(val value: T) : Waited<T>()

    /** The time was over first. */
    object Late : Waited<Nothing>()

    /** The client was closed first. */
    object Closed : Waited<Nothing>()
}

/** Sees to it that no wait is without an end: each has a time, and ends with its client. */
internal class Bounds {
    private class Wait(val job: Job, val until: Long, val mayFinish: Boolean) {
        /** Why it was ended. */
        @Volatile
        var why: Waited<Nothing>? = null

        fun end(why: Waited<Nothing>) {
            this.why = this.why ?: why
            job.cancel()
        }
    }

    private val waits: MutableSet<Wait> = ConcurrentHashMap.newKeySet()

    private val alarm = Alarm()

    @Volatile
    private var isClosed = false

    /** Those that may finish had their time to. */
    @Volatile
    private var isOver = false

    /**
     * Waits at most so many milliseconds.
     *
     * @param mayFinish Closing the client leaves it some time: something is under way.
     */
    suspend fun <T> within(millis: Long, mayFinish: Boolean = false, block: suspend () -> T): Waited<T> {
        var wait: Wait? = null
        try {
            return coroutineScope {
                val mine = Wait(coroutineContext.job, millisFromNow(millis), mayFinish).also { wait = it }
                waits += mine
                alarm.at(mine.until)
                if (isOver || isClosed && !mayFinish) mine.end(Waited.Closed)
                ensureActive()
                Waited.Got(block())
            }
        } catch (ended: CancellationException) {
            currentCoroutineContext().ensureActive()
            return wait?.why ?: throw ended
        } finally {
            wait?.let(waits::remove)
        }
    }

    /** Ends what is late, and says when the next may be. */
    private fun endLate(): Long {
        val now = millisFromNow(0)
        val (late, waiting) = waits.partition { it.until <= now }
        late.forEach { it.end(Waited.Late) }
        return waiting.minOfOrNull { it.until } ?: NEVER
    }

    /** Ends what waits at once, and what may finish when it had this time to. */
    suspend fun close(time: Duration) {
        isClosed = true
        val (finishing, waiting) = waits.partition { it.mayFinish }
        waiting.forEach { it.end(Waited.Closed) }
        // A time that is set keeps a thread until then.
        if (finishing.isNotEmpty()) withTimeoutOrNull(time.wholeMillis()) { finishing.map { it.job }.joinAll() }
        isOver = true
        waits.forEach { it.end(Waited.Closed) }
        alarm.stop()
    }

    /**
     * Rings when the next wait is late. There is one for all waits of a client, since most of them have the same time: one for each,
     * which hardly ever rings, took a tenth of a call.
     */
    private inner class Alarm {
        /** When it rings. */
        @Volatile
        private var next = NEVER

        private var ringing: Job? = null

        fun at(time: Long) {
            if (time < next) set(time)
        }

        @Synchronized
        private fun set(time: Long) {
            if (time >= next) return
            val now = millisFromNow(0)
            // Early, to see whether anybody waits: else it would keep a client that nobody has any more.
            next = time.coerceAtMost(now + LONGEST)
            ringing?.cancel()
            ringing = CoroutineScope(Dispatchers.Unconfined).launch {
                delay(next - now)
                // What comes from now on sets it anew, and what came before is looked at.
                next = NEVER
                at(endLate())
            }
        }

        @Synchronized
        fun stop() {
            ringing?.cancel()
        }
    }

    private companion object {
        const val NEVER = Long.MAX_VALUE

        /** Milliseconds that an alarm is set for at most. */
        const val LONGEST = 1000L

        fun millisFromNow(millis: Long): Long {
            val now = System.nanoTime() / 1_000_000
            return if (millis > NEVER / 2) NEVER else now + millis
        }
    }
}

/** Most threads that are left to what the host supplies. They are made when they are needed, and end with the process. */
private const val THREADS = 256

private val theirs: CoroutineDispatcher by lazy { Dispatchers.IO.limitedParallelism(THREADS) }

/** Milliseconds in which what was given up may end by itself. */
private const val MOMENT = 50L

/** Runs what the host supplies. It may block its thread, also for good: it is left behind then. */
internal suspend fun <T> apart(block: suspend () -> T): T {
    val task = CoroutineScope(currentCoroutineContext().minusKey(Job) + theirs).async { block() }
    try {
        return task.await()
    } catch (givenUp: CancellationException) {
        task.cancel()
        withContext(NonCancellable) { withTimeoutOrNull(MOMENT) { task.join() } }
        throw givenUp
    }
}

/** As many milliseconds as a number can hold. */
internal fun Duration.wholeMillis(): Long =
    try {
        toMillis()
    } catch (_: ArithmeticException) {
        if (isNegative) Long.MIN_VALUE else Long.MAX_VALUE
    }

/** In milliseconds as the engine takes them, which says what may be. What is less than one is one. */
internal fun Duration.engineMillis(): Long = if (isNegative) -1 else if (isZero) 0 else wholeMillis().coerceAtLeast(1)
