package baijiayun

import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.CancellationException

/**
 * What happens in a call: see [Settings.onEvent]. It has no address, no parameters and nothing that the service wrote.
 */
class CallEvent internal constructor(
    val kind: Kind,
    /** The operation as it was called, for example `room.create`; the path for [Client.callPath]; `video.upload` for all of an upload. */
    val operation: String,
    /** How many requests the call has sent so far, this one included; of [Kind.DONE] all of them. */
    val attempt: Int,
    /** Of a request how many bytes its body has (null for a form with files), of an answer how many were read, unpacked. */
    val bytes: Long? = null,
    /** Of an answer the time since its request, of [Kind.DONE] that of the whole call. */
    val duration: Duration? = null,
    /** The HTTP status of the last answer; null if the last attempt had none. */
    val status: Int? = null,
    /** The service's own code, where it is not success. */
    val code: Long? = null,
    /**
     * Why an attempt had no answer (`connect`, `timeout`, `transport`, `file`, `too_large`, `closed`), what is tried again or ended the
     * call (the kind of the error; `cancelled`), or what is waited for (`quota`, `upload`).
     */
    val why: String? = null,
    /** How long it is going to wait. */
    val wait: Duration? = null,
) {
    /** What happens. */
    enum class Kind {
        /** A request is about to be sent. */
        REQUEST,

        /** An attempt is over, with an answer or without. */
        ANSWER,

        /** It is tried again after [CallEvent.wait]. */
        RETRY,

        /** It waits for a limit, or for the next step of an upload. */
        WAIT,

        /** The shared store is down: this process goes on alone. */
        STORE_DOWN,

        /** The call is over. */
        DONE,
    }

    override fun toString(): String {
        val members = mapOf("bytes" to bytes, "duration" to duration, "status" to status, "code" to code, "why" to why, "wait" to wait)
        return "$kind $operation, attempt $attempt" + members.filterValues { it != null }.map { (name, value) -> ", $name $value" }.joinToString("")
    }
}

/** Tells what happens in one call. */
internal class Teller(private val hook: Consumer<in CallEvent>, operation: String) {
    private val operation = operation.substringAfter(' ')
    private val begun = System.nanoTime()
    private var sent = begun
    private var attempt = 0
    private var status: Int? = null

    fun request(request: HttpRequest) {
        attempt++
        status = null
        sent = System.nanoTime()
        tell(CallEvent(CallEvent.Kind.REQUEST, operation, attempt, bytes = if (request.body is Multipart) null else request.body?.length ?: 0))
    }

    fun answer(status: Int?, bytes: Int?, why: String?) {
        this.status = status
        tell(CallEvent(CallEvent.Kind.ANSWER, operation, attempt, bytes?.toLong(), since(sent), status, why = why))
    }

    fun waits(step: Step) {
        val wait = Duration.ofMillis(step.time)
        val failed = step.failed
        if (step.why == "backoff" || step.why == "throttled") {
            tell(CallEvent(CallEvent.Kind.RETRY, operation, attempt, status = status, code = failed?.code, why = failed?.kind, wait = wait))
        } else {
            tell(CallEvent(CallEvent.Kind.WAIT, operation, attempt, why = step.why, wait = wait))
        }
    }

    fun storeDown(): Unit = tell(CallEvent(CallEvent.Kind.STORE_DOWN, operation, attempt))

    fun done(error: Throwable?) {
        val ours = error as? BaijiayunException
        val why = when (error) {
            null -> null
            is BaijiayunException -> error.kind.wireName
            is CancellationException -> "cancelled"
            else -> ErrorKind.MISUSE.wireName
        }
        tell(CallEvent(CallEvent.Kind.DONE, operation, attempt, duration = since(begun), status = status, code = ours?.code, why = why))
    }

    private fun since(time: Long) = Duration.ofNanos(System.nanoTime() - time)

    private fun tell(event: CallEvent) {
        try {
            hook.accept(event)
        } catch (error: Throwable) {
            Log.it.warn("onEvent threw", error)
        }
    }
}
