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
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
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
    private class Wait(val job: Job, val mayFinish: Boolean) {
        @Volatile
        var isEnded = false

        fun end() {
            isEnded = true
            job.cancel()
        }
    }

    private val waits: MutableSet<Wait> = ConcurrentHashMap.newKeySet()

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
            val got = withTimeoutOrNull(millis) {
                val mine = Wait(currentCoroutineContext().job, mayFinish).also { wait = it }
                waits += mine
                if (isOver || isClosed && !mayFinish) mine.end()
                currentCoroutineContext().ensureActive()
                Waited.Got(block())
            }
            return got ?: Waited.Late
        } catch (ended: CancellationException) {
            currentCoroutineContext().ensureActive()
            if (wait?.isEnded == true) return Waited.Closed
            throw ended
        } finally {
            wait?.let(waits::remove)
        }
    }

    /** Ends what waits at once, and what may finish when it had this time to. */
    suspend fun close(time: Duration) {
        isClosed = true
        val (finishing, waiting) = waits.partition { it.mayFinish }
        waiting.forEach(Wait::end)
        withTimeoutOrNull(time.wholeMillis()) { finishing.map { it.job }.joinAll() }
        isOver = true
        waits.forEach(Wait::end)
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
