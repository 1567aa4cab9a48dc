package baijiayun

import java.time.Duration
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.jsonObject

internal val log: System.Logger = System.getLogger("baijiayun")

/** Carries out what the engine says. */
internal class Runner(
    val core: Core,
    private val http: HttpExecutor,
    private val store: Store?,
    private val signer: Signer?,
) {
    @Volatile
    var closed: Boolean = false

    /** A call from beginning to end. */
    suspend fun <T> run(asked: Asked<T>): Step<T> {
        if (closed) throw failure(ErrorKind.MISUSE, asked.name, "the client is closed")
        var written = core.begin(asked.line)
        var call: Long? = null
        var cause: Exception? = null
        try {
            while (true) {
                val step = decode(asked, written)
                if (step.step == "done" || step.step == "failed") {
                    call = null
                    return ended(step, asked, cause)
                }
                call = step.call
                step.received?.let { asked.received?.invoke(it, step.videoId) }
                val outcome = carryOut(step, asked)
                cause = outcome.cause
                written = outcome.told(core, step.call)
            }
        } finally {
            // It was cancelled, or something is wrong here.
            call?.let(core::cancel)
        }
    }

    /** The request of a call, signed but not sent. */
    fun request(asked: Asked<*>): HttpRequest {
        val step = decode(asked, core.request(asked.line))
        step.error?.let { throw it.exception() }
        return request(step, asked)
    }

    /** Has a text signed elsewhere. */
    suspend fun sign(text: String): String =
        (signer ?: throw failure(ErrorKind.MISUSE, "", "neither partnerKey nor a signer was given")).sign(text)

    /** What a script returns in the shared store; null if there is none, or it is down. */
    suspend fun evaluate(script: String, keys: List<String>, args: List<Long>): Long? {
        if (store == null) return null
        return try {
            store.evaluate(script, keys, args)
        } catch (down: Exception) {
            currentCoroutineContext().ensureActive()
            log.log(System.Logger.Level.WARNING, "the shared store is down, this process goes on alone: $down")
            null
        }
    }

    private suspend fun carryOut(step: Step<*>, asked: Asked<*>): Outcome =
        when (step.step) {
            "send" -> send(request(step, asked), asked.name)
            "wait" -> {
                core.clock.sleep(step.time)
                Outcome.Told(Event("elapsed"))
            }
            "store" -> {
                val wait = evaluate(QUOTA_SCRIPT, step.keys, step.args)
                Outcome.Told(if (wait == null) Event("store_down") else Event("store", wait = wait))
            }
            "sign" ->
                try {
                    Outcome.Told(Event("signed", signature = sign(step.text)))
                } catch (refused: Exception) {
                    currentCoroutineContext().ensureActive()
                    Outcome.Told(Event("not_signed", message = words(refused)), refused)
                }
            "address" -> address(step, asked)
            else -> throw failure(ErrorKind.MISUSE, asked.name, "the engine says ${step.step}, which is not understood")
        }

    /** Asks the caller's own server where to upload. Whatever fails there may be over the next time. */
    private suspend fun address(step: Step<*>, asked: Asked<*>): Outcome =
        try {
            val addresses = asked.addresses ?: throw failure(ErrorKind.MISUSE, asked.name, "there is nobody to ask for an address")
            val data = step.videoId?.let { addresses.resumeUploadUrl(it) } ?: addresses.uploadUrl()
            Outcome.Told(Event("address", data = data))
        } catch (error: Exception) {
            currentCoroutineContext().ensureActive()
            Outcome.Told(Event("broken", kind = "transport", message = words(error)), error)
        }

    private suspend fun send(request: HttpRequest, name: String): Outcome =
        try {
            val answer = withTimeoutOrNull(request.timeout.toMillis()) { execute(request) }
            if (answer == null) {
                val message = "no answer within ${request.timeout.toMillis()} ms"
                Outcome.Told(Event("broken", kind = "timeout", message = message))
            } else {
                Outcome.Answered(answer, core.clock.unix())
            }
        } catch (error: Exception) {
            // The caller gave up, and not the executor.
            currentCoroutineContext().ensureActive()
            (request.body as? StreamedBody)?.progressFailure?.let { throw it }
            val broken = broken(error, request)
            log.log(System.Logger.Level.DEBUG, "$name: no answer (${broken.kind}): ${broken.message}")
            Outcome.Told(broken, error)
        }

    private suspend fun execute(request: HttpRequest): HttpResponse {
        val body = request.body as? StreamedBody ?: return http.execute(request)
        return coroutineScope {
            // If it throws, so does this, and the request is given up.
            val watch = launch { body.watch() }
            http.execute(request).also { watch.cancel() }
        }
    }

    private fun request(step: Step<*>, asked: Asked<*>): HttpRequest {
        val timeout = Duration.ofMillis(step.timeout)
        val limits = StallLimits(asked.stallTimeout, untilAnswered = step.received != null)
        if (step.parts != null) {
            val body = Multipart(step.parts, asked.files, limits)
            return HttpRequest(step.method, step.url, step.headers + ("content-type" to body.contentType), body, timeout)
        }
        val body = step.chunk?.let { ChunkBody(it, asked.files, limits) } ?: step.form?.let { Form(it.encodeToByteArray()) }
        return HttpRequest(step.method, step.url, step.headers, body, timeout)
    }

    private fun <T> decode(asked: Asked<T>, written: ByteArray): Step<T> {
        val json = written.decodeToString()
        return try {
            engineJson.decodeFromString(asked.steps, json)
        } catch (unfit: SerializationException) {
            throw undecodable(asked.name, unfit, engineJson.parseToJsonElement(json).jsonObject["data"].toString())
        }
    }

    private fun <T> ended(step: Step<T>, asked: Asked<T>, cause: Exception?): Step<T> {
        val error = step.error
        if (error == null) {
            asked.details?.fill(step)
            return step
        }
        throw error.exception(cause).apply {
            trace = step.trace
            videoId = step.videoId
        }
    }
}

/** What a step came to. */
private sealed class Outcome(val cause: Exception?) {
    abstract fun told(core: Core, call: Long): ByteArray

    class Answered(private val answer: HttpResponse, private val unix: Long) : Outcome(null) {
        override fun told(core: Core, call: Long): ByteArray =
            core.answer(call, answer.status, retryAfter(answer.retryAfter, unix), answer.body)
    }

    class Told(private val event: Event, cause: Exception? = null) : Outcome(cause) {
        override fun told(core: Core, call: Long): ByteArray = core.resume(call, event)
    }
}

/** The exception for data that do not fit their type. */
internal fun undecodable(name: String, unfit: Exception, data: String): BaijiayunException {
    // The serializer quotes what it read from the second line on.
    val message = "the data do not fit the type: ${unfit.message.orEmpty().lineSequence().first()}"
    val hint = "the answer is kept: read it as JSON, and please report the difference"
    return ErrorDetails(ErrorKind.DECODE, "$name: decode: $message [$hint]", name, message, hint, body = data).exception(unfit)
}
