package baijiayun

import java.lang.ref.WeakReference
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest.BodyPublisher
import java.net.http.HttpRequest.BodyPublishers
import java.nio.ByteBuffer
import java.time.Duration
import java.util.concurrent.Flow.Subscriber
import java.util.concurrent.SynchronousQueue
import java.util.concurrent.ThreadPoolExecutor
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.withTimeoutOrNull
import java.net.http.HttpRequest as JavaRequest

/**
 * Sends with Java's own HTTP client. Answers in gzip and deflate are asked for and read.
 *
 * Without a client of your own, all executors share one, which is made when the first request is sent. A client of your own
 * should follow no redirects.
 *
 * @param connections Most requests of this executor that are under way at once; others wait for their turn.
 */
@OnTheJvm
class JavaHttpExecutor @JvmOverloads constructor(
    private val client: HttpClient? = null,
    connections: Int = CONNECTIONS,
) : HttpExecutor {
    private val turns = Semaphore(connections)
    private val http by lazy { client ?: Shared.client() }

    override suspend fun execute(request: HttpRequest): HttpResponse {
        turn(request)
        try {
            return send(request)
        } finally {
            turns.release()
        }
    }

    private suspend fun turn(request: HttpRequest) {
        if (turns.tryAcquire()) return
        // The answer gets the other half.
        val patience = request.timeout.dividedBy(2)
        var hasTurn = false
        withTimeoutOrNull(patience.wholeMillis()) {
            turns.acquire()
            hasTurn = true
        }
        if (!hasTurn) throw java.net.ConnectException("all connections were busy for ${patience.toMillis()} ms")
    }

    private suspend fun send(request: HttpRequest): HttpResponse {
        // Its end is that of the headers alone, and whoever waits for this has one for all of it. Before Java 16 it is also
        // what ends a request that was given up.
        val built = JavaRequest.newBuilder(URI(request.url)).timeout(request.timeout.plus(GRACE))
        for ((name, value) in request.headers) built.header(name, value)
        built.header("accept-encoding", CODINGS)
        built.method(request.method, request.body?.let(::publisher) ?: Nothing())
        val answer = http.sendAsync(built.build(), answers(request.maxAnswer)).awaitOrGiveUp()
        val headers = answer.headers()
        // A proxy that wants to know who asks refuses the way to the service: Java has that as an answer, without a body.
        val packed = answer.body() ?: throw java.net.ConnectException("the proxy answered ${answer.statusCode()}")
        val body = unpacked(packed, headers, request.maxAnswer)
        return HttpResponse(answer.statusCode(), body, headers.map())
    }

    private fun publisher(body: HttpBody): BodyPublisher =
        when (body.length) {
            0L -> BodyPublishers.noBody()
            else -> BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(body::open), body.length)
        }

    /**
     * The body of a GET, which has none. Java's client sends a GET again, up to five times, if its connection ends without an
     * answer, and no setting of one client keeps it from that. It asks for the length each time before it sends.
     */
    @OnTheJvm
    private class Nothing : BodyPublisher {
        private val isSent = AtomicBoolean()

        override fun contentLength(): Long {
            check(!isSent.getAndSet(true)) { "the connection ended before an answer came" }
            return 0
        }

        override fun subscribe(subscriber: Subscriber<in ByteBuffer>): Unit = BodyPublishers.noBody().subscribe(subscriber)
    }

    private companion object {
        const val CONNECTIONS = 256
        val CONNECT_TIMEOUT: Duration = Duration.ofSeconds(10)
        val GRACE: Duration = Duration.ofMillis(500)
    }

    /**
     * The one of all executors without their own, made when it is first asked for. Its threads keep the class loader, so they have to
     * end when nobody has an executor any more: Java ends the one that waits for answers when its client is collected.
     */
    @OnTheJvm
    private object Shared {
        private const val IDLE_SECONDS = 5L
        private var made = WeakReference<HttpClient>(null)

        @Synchronized
        fun client(): HttpClient = made.get() ?: make().also { made = WeakReference(it) }

        // HTTP/2 would have it ask every server without TLS for an upgrade.
        private fun make(): HttpClient =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT).executor(threads()).build()

        // As Java's own, whose threads wait for work for a minute.
        private fun threads() =
            ThreadPoolExecutor(0, Int.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, SynchronousQueue()) { work ->
                Thread(work, "baijiayun-http").apply { isDaemon = true }
            }
    }
}

/** What sends if nothing is said. It is made late: what it needs is not on Android. */
internal fun defaultHttp(): HttpExecutor {
    if (!Platform.isAndroid) return JavaHttpExecutor()
    throw failure(ErrorKind.INVALID_ACCOUNT, "", "Android has no HTTP client that can be used here: set http to an OkHttpExecutor")
}
