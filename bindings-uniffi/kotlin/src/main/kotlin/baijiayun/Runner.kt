package baijiayun

import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.serialization.SerializationException

/** Milliseconds that the store gets for a callback. For calls the engine says it. */
internal const val STORE_PATIENCE = 500L

/** What a call may take if nothing is said. */
internal val DEADLINE: Duration = Duration.ofSeconds(120)

/** Bytes that an exception keeps of a body. */
private const val BODY_KEPT = 64 * 1024

/** How a call ended, with its data. */
internal class Done<T>(val step: Step, val data: T?)

/** Carries out what the engine says. */
internal class Runner(
    val core: Core,
    private val http: HttpExecutor,
    private val store: Store?,
    private val signer: Signer?,
    private val deadline: Duration = DEADLINE,
    private val hook: Consumer<in CallEvent>? = null,
) {
    private val bounds = Bounds()

    /** A call from beginning to end. */
    suspend fun <T> run(asked: Asked<T>): Done<T> {
        val teller = Teller(hook ?: return run(asked, null), asked.name)
        try {
            return run(asked, teller).also { teller.done(null) }
        } catch (error: Throwable) {
            teller.done(error)
            throw error
        }
    }

    private suspend fun <T> run(asked: Asked<T>, teller: Teller?): Done<T> {
        var written: ByteArray? = core.begin(asked.written())
        var call: Long? = null
        var cause: Throwable? = null
        try {
            while (true) {
                val step = readStep(written ?: throw failure(ErrorKind.MISUSE, asked.name, "the engine gave no step"))
                // It may be large.
                written = null
                if (step.step == "done" || step.step == "failed") {
                    call = null
                    return ended(step, asked, cause)
                }
                call = step.call
                step.received?.let { asked.received?.invoke(it, step.videoId) }
                val outcome = carryOut(step, asked, teller)
                cause = outcome.cause
                written = outcome.told(core, step.call)
            }
        } catch (_: OutOfMemoryError) {
            throw noMemory(asked.name)
        } finally {
            // It was cancelled, or something is wrong here.
            call?.let(core::cancel)
        }
    }

    /** The request of a call, signed but not sent. */
    fun request(asked: Asked<*>): HttpRequest {
        val step = readStep(core.request(asked.written()))
        step.error?.let { throw it.exception() }
        return request(step, asked)
    }

    /** Nothing is begun any more, and what waits ends at once. What was sent may be answered within this time. */
    suspend fun close(within: Duration) {
        core.stopSending()
        bounds.close(within)
    }

    /** Has a text of no call signed elsewhere. */
    suspend fun sign(operation: String, text: String): String {
        val signed = try {
            bounds.within(deadline.wholeMillis()) { signature(text) }
        } catch (refused: Throwable) {
            currentCoroutineContext().ensureActive()
            throw failure(ErrorKind.SIGNING, operation, words(refused), refused)
        }
        return when (signed) {
            is Waited.Got -> signed.value
            Waited.Late -> throw failure(ErrorKind.TIMEOUT, operation, "the signer gave no answer before the deadline; nothing was sent")
            Waited.Closed -> throw failure(ErrorKind.CLOSED, operation, "the client was closed; nothing was sent")
        }
    }

    private suspend fun signature(text: String): String {
        val signer = signer ?: throw failure(ErrorKind.MISUSE, "", "neither partnerKey nor a signer was given")
        // Java's compiler lets it give anything.
        val given: Any? = apart<Any?> { signer.sign(text) }
        return given as? String ?: throw IllegalStateException("the signer gave ${described(given)}, not a signature of 32 hex digits in lower case")
    }

    /** What the script for callbacks returns in the shared store; null if there is none, or it is down. */
    suspend fun claimed(script: String, keys: List<String>, args: List<Long>): Long? {
        if (store == null) return null
        return when (val waited = evaluate(script, keys, args, STORE_PATIENCE, mayFinish = true)) {
            is Waited.Got -> waited.value
            else -> null.also { down("it gave no answer within $STORE_PATIENCE ms") }
        }
    }

    /** What a script returns in the shared store; null if there is none, or it is down. */
    private suspend fun evaluate(
        script: String,
        keys: List<String>,
        args: List<Long>,
        patience: Long,
        mayFinish: Boolean = false,
    ): Waited<Long?> =
        try {
            val store = store ?: return Waited.Got(null)
            bounds.within(patience, mayFinish) {
                val given: Any? = apart<Any?> { store.evaluate(script, keys, args) }
                if (given is Long && given >= 0) given else null.also { down("it gave ${described(given)}") }
            }
        } catch (error: Throwable) {
            currentCoroutineContext().ensureActive()
            down(shown(error))
            Waited.Got(null)
        }

    private fun down(why: String): Unit =
        Log.it.warn("the shared store is down, this process goes on alone: $why")

    private suspend fun carryOut(step: Step, asked: Asked<*>, teller: Teller?): Outcome =
        when (step.step) {
            "send" -> {
                val request = request(step, asked)
                teller?.request(request)
                try {
                    send(request, asked.name).also { it.tell(teller) }
                } catch (error: BaijiayunException) {
                    teller?.answer(null, null, if (error.kind == ErrorKind.TOO_LARGE) "too_large" else "transport")
                    throw error
                }
            }
            "wait" -> {
                teller?.waits(step)
                // The engine knows how long that is, and nobody else.
                val waited = bounds.within(Long.MAX_VALUE) { core.clock.sleep(step.time) }
                outcome(waited) { Event("elapsed") }
            }
            "store" -> {
                val waited = evaluate(QUOTA_SCRIPT, step.keys, step.args, step.timeout)
                if (waited is Waited.Late) down("it gave no answer within ${step.timeout} ms")
                if (waited is Waited.Late || waited is Waited.Got && waited.value == null) teller?.storeDown()
                outcome(waited) { wait -> if (wait == null) Event("store_down") else Event("store", wait = wait) }
            }
            "sign" ->
                try {
                    outcome(bounds.within(step.timeout) { signature(step.text) }) { Event("signed", signature = it) }
                } catch (refused: Throwable) {
                    currentCoroutineContext().ensureActive()
                    Outcome.Told(Event("not_signed", message = words(refused)), refused)
                }
            "address" -> address(step, asked)
            else -> throw failure(ErrorKind.MISUSE, asked.name, "the engine says ${step.step}, which is not understood")
        }

    /** Asks the caller's own server where to upload. Whatever fails there may be over the next time. */
    private suspend fun address(step: Step, asked: Asked<*>): Outcome =
        try {
            val addresses = asked.addresses ?: throw failure(ErrorKind.MISUSE, asked.name, "there is nobody to ask for an address")
            val waited = bounds.within(step.timeout) {
                val given: Any? = apart<Any?> { step.videoId?.let { addresses.resumeUploadUrl(it) } ?: addresses.uploadUrl() }
                given as? UploadAddress ?: throw IllegalStateException("the server gave ${described(given)}, not an address")
            }
            outcome(waited) { Event("address", data = it) }
        } catch (error: Throwable) {
            currentCoroutineContext().ensureActive()
            Outcome.Told(Event("broken", kind = "transport", message = words(error)), error)
        }

    private suspend fun send(request: HttpRequest, name: String): Outcome =
        try {
            val waited = bounds.within(request.timeout.toMillis(), mayFinish = true) { execute(request) }
            if (waited is Waited.Got) answered(waited.value, request) else outcome(waited) { Event("late") }
        } catch (_: TooLarge) {
            Outcome.Told(Event("too_large"))
        } catch (none: OutOfMemoryError) {
            // It is most likely the answer that there is no memory for.
            throw none
        } catch (error: Throwable) {
            // The caller gave up, and not the executor.
            currentCoroutineContext().ensureActive()
            (request.body as? StreamedBody)?.progressFailure?.let { throw it }
            val broken = broken(error, request)
            Log.it.debug { "$name: no answer (${broken.kind}): ${broken.message}" }
            Outcome.Told(broken, error.takeUnless { quotes(it, request) })
        }

    private fun answered(given: Any?, request: HttpRequest): Outcome {
        if (given !is HttpResponse || given.status !in 100..999) {
            val what = if (given is HttpResponse) "a response with the status ${given.status}" else described(given)
            return Outcome.Told(Event("broken", kind = "transport", message = "the executor gave $what"))
        }
        if (given.location != null && given.status in 300..399) {
            return Outcome.Told(Event("redirect", status = given.status, location = given.location))
        }
        if (given.body.size > request.maxAnswer) return Outcome.Told(Event("too_large"))
        return Outcome.Answered(given, core.clock.unix())
    }

    private suspend fun execute(request: HttpRequest): Any? {
        val body = request.body as? StreamedBody ?: return ask(request)
        return coroutineScope {
            // If it throws, so does this, and the request is given up.
            val watch = launch { body.watch() }
            ask(request).also { watch.cancel() }
        }
    }

    /** Java's compiler lets an executor give anything. Ours blocks no thread. */
    private suspend fun ask(request: HttpRequest): Any? =
        if (http is JavaHttpExecutor) http.execute(request) else apart<Any?> { http.execute(request) }

    private fun request(step: Step, asked: Asked<*>): HttpRequest {
        val timeout = Duration.ofMillis(step.timeout)
        val limits = StallLimits(asked.stallTimeout, untilAnswered = step.received != null)
        if (step.parts.isNotEmpty()) {
            val body = Multipart(step.parts, asked.files, limits)
            val headers = step.headers + ("content-type" to body.contentType)
            return HttpRequest(step.method, step.url, headers, body, timeout, step.maxAnswer)
        }
        val body = step.chunk?.let { ChunkBody(it, asked.files, limits) } ?: step.form?.let(::Form)
        return HttpRequest(step.method, step.url, step.headers, body, timeout, step.maxAnswer)
    }

    private fun <T> ended(step: Step, asked: Asked<T>, cause: Throwable?): Done<T> {
        val error = step.error
        if (error == null) {
            asked.details?.fill(step)
            return Done(step, data(step, asked))
        }
        throw error.exception(cause).apply {
            trace = step.trace
            videoId = step.videoId
        }
    }

    private fun <T> data(step: Step, asked: Asked<T>): T? {
        val data = step.data?.takeUnless { it.isNull } ?: return null
        return try {
            data.read(asked.result)
        } catch (unfit: SerializationException) {
            throw undecodable(asked.name, unfit, data)
        }
    }
}

/** What a step came to. */
private sealed class Outcome(val cause: Throwable?) {
    abstract fun told(core: Core, call: Long): ByteArray

    /** Tells what came of a request. */
    abstract fun tell(teller: Teller?)

    class Answered(private val answer: HttpResponse, private val unix: Long) : Outcome(null) {
        override fun told(core: Core, call: Long): ByteArray =
            core.answer(call, answer.status, retryAfter(answer.retryAfter, unix), answer.body)

        override fun tell(teller: Teller?) {
            teller?.answer(answer.status, answer.body.size, null)
        }
    }

    class Told(private val event: Event, cause: Throwable? = null) : Outcome(cause) {
        override fun told(core: Core, call: Long): ByteArray = core.resume(call, event)

        override fun tell(teller: Teller?) {
            teller?.answer(event.status, null, event.why)
        }
    }
}

/** What a wait came to. */
private fun <T> outcome(waited: Waited<T>, got: (T) -> Event): Outcome =
    Outcome.Told(
        when (waited) {
            is Waited.Got -> got(waited.value)
            Waited.Late -> Event("late")
            Waited.Closed -> Event("closed")
        },
    )

/** What somebody gave in place of what was asked for. It may be a secret, and is not shown. */
private fun described(given: Any?): String =
    when (given) {
        null -> "null"
        is Number -> "the number $given"
        else -> "a ${given.javaClass.simpleName}"
    }

/** The exception for data that do not fit their type. */
internal fun undecodable(name: String, unfit: Exception, data: Rest): BaijiayunException {
    // The serializer quotes what it read from the second line on.
    val message = "the data do not fit the type: ${unfit.message.orEmpty().lineSequence().first()}"
    val hint = "the answer is kept: read it as JSON, and please report the difference"
    val body = data.text(BODY_KEPT)
    return ErrorDetails(ErrorKind.DECODE, "$name: decode: $message [$hint]", name, message, hint, body = body).exception(unfit)
}
