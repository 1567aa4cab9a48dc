package baijiayun

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandler
import java.net.http.HttpResponse.BodySubscriber
import java.net.http.HttpResponse.BodySubscribers
import java.nio.ByteBuffer
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionException
import java.util.concurrent.CompletionStage
import java.util.concurrent.Flow.Subscription
import kotlinx.coroutines.suspendCancellableCoroutine
import java.net.http.HttpRequest as JavaRequest
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/** Sends with Java's own HTTP client. A client of your own should follow no redirects. */
class JavaHttpExecutor @JvmOverloads constructor(private val client: HttpClient = defaultClient()) : HttpExecutor {
    override suspend fun execute(request: HttpRequest): HttpResponse {
        val built = JavaRequest.newBuilder(URI(request.url)).timeout(request.timeout.coerceAtLeast(Duration.ofMillis(1)))
        for ((name, value) in request.headers) built.header(name, value)
        built.method(request.method, request.body?.let(::publisher) ?: BodyPublishers.noBody())
        val answer = client.sendAsync(built.build(), limited).awaitOrGiveUp()
        return HttpResponse(answer.statusCode(), answer.body(), answer.headers().firstValue("retry-after").orElse(null))
    }

    private fun publisher(body: HttpBody): JavaRequest.BodyPublisher =
        when (body.length) {
            0L -> BodyPublishers.noBody()
            else -> BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(body::open), body.length)
        }

    /** As `await` does, but that cancels without interrupting, which leaves the request under way. */
    private suspend fun <T> CompletableFuture<T>.awaitOrGiveUp(): T =
        suspendCancellableCoroutine { waiting ->
            waiting.invokeOnCancellation { cancel(true) }
            whenComplete { answer, error ->
                if (error == null) waiting.resume(answer) else waiting.resumeWithException((error as? CompletionException)?.cause ?: error)
            }
        }

    private companion object {
        // HTTP/2 would have it ask every server without TLS for an upgrade.
        fun defaultClient(): HttpClient =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build()

        val limited = BodyHandler<ByteArray> { LimitedBody() }
    }
}

/** Answers of more bytes are refused, by the core too. */
internal const val MAX_BYTES: Int = 64 shl 20

/** A body that breaks off where it is too large. */
private class LimitedBody : BodySubscriber<ByteArray> {
    private val whole = BodySubscribers.ofByteArray()
    private var subscription: Subscription? = null
    private var left = MAX_BYTES

    override fun getBody(): CompletionStage<ByteArray> = whole.body

    override fun onSubscribe(subscription: Subscription) {
        this.subscription = subscription
        whole.onSubscribe(subscription)
    }

    override fun onNext(buffers: List<ByteBuffer>) {
        left -= buffers.sumOf { it.remaining() }
        if (left >= 0) return whole.onNext(buffers)
        subscription?.cancel()
        onError(failure(ErrorKind.TOO_LARGE, "", "the answer has more than $MAX_BYTES bytes"))
    }

    override fun onError(error: Throwable) = whole.onError(error)

    override fun onComplete() = whole.onComplete()
}
