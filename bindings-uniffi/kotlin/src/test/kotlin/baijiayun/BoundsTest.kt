package baijiayun

import java.io.IOException
import java.lang.reflect.InvocationHandler
import java.lang.reflect.Proxy
import java.time.Duration
import java.util.Collections
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** What the host supplies may hang, throw and give nonsense, and clients end. What hangs here hangs for good. */
@Timeout(30)
class BoundsTest {
    private val room = envelope(Json.parseToJsonElement("""{"room_id":"17"}"""))
    private val short = CallOptions { deadline = Duration.ofMillis(300) }

    /** Blocks its thread, as a library without coroutines does. */
    private fun <T> forGood(): T {
        while (true) runCatching { CountDownLatch(1).await() }
    }

    /** What Java's compiler takes for one of these: the methods of interfaces that suspend return any object there. */
    private inline fun <reified T> giving(value: Any?): T =
        T::class.java.cast(Proxy.newProxyInstance(T::class.java.classLoader, arrayOf(T::class.java), InvocationHandler { _, _, _ -> value }))

    private fun details() = Details()

    /** Even its own words fail. */
    private class Unprintable : RuntimeException() {
        override val message: String get() = throw IllegalStateException("no message")

        override fun toString(): String = throw IllegalStateException("no text")
    }

    /** What is thrown besides exceptions: a library is missing, `TODO()`, a recursion. */
    private val thrown = listOf(StackOverflowError(), AssertionError("no"), NoClassDefFoundError("a/B"), NotImplementedError(), Throwable("bare"), Unprintable())

    // promise: store_never_answers, default_store_patience
    @Test
    fun `a store that never answers`() = runBlocking {
        for (store in listOf(Store { _, _, _ -> forGood() }, Store { _, _, _ -> awaitCancellation() })) {
            val details = details()
            val began = System.nanoTime()
            val client = clientWith(Fake.of(room)) { this.store = store }
            assertEquals(17L, client.room.info(17, CallOptions { this.details = details }).roomId)
            assertTrue(details.trace!!.storeDown)
            assertTrue((System.nanoTime() - began) / 1_000_000 >= 500)
        }
    }

    // promise: store_never_answers_claims
    @Test
    fun `callbacks are claimed and released without a store that never answers`() = runBlocking {
        val callbacks = clientWith(Fake.of(room)) { store = Store { _, _, _ -> forGood() } }.callbacks
        assertTrue(callbacks.claim(event("a")))
        assertFalse(callbacks.claim(event("a")))
        callbacks.release(event("a"))
        assertTrue(callbacks.claim(event("a")))
    }

    // promise: store_fails, store_answers_nonsense
    @Test
    fun `a store that fails or gives nonsense counts as down`() = runBlocking {
        val stores = listOf<Store>(giving(null), giving("12"), giving(1.5), giving(-1L), Store { _, _, _ -> throw IllegalStateException() })
        val throwing = (thrown + IOException("down") + OutOfMemoryError()).map { Store { _, _, _ -> throw it } }
        for (store in stores + throwing) {
            val details = details()
            val client = clientWith(Fake.of(room)) { this.store = store }
            client.room.info(17, CallOptions { this.details = details })
            assertTrue(details.trace!!.storeDown)
            assertTrue(client.callbacks.claim(event("a")))
        }
    }

    // promise: signer_never_answers
    @Test
    fun `a signer that never answers`() {
        val http = Fake.of(room)
        for (signer in listOf(Signer { forGood() }, Signer { awaitCancellation() })) {
            val client = Client("demo", "1", null) {
                this.http = http
                this.signer = signer
                deadline = Duration.ofMillis(300)
            }
            for (call in listOf<suspend () -> Any>({ client.room.info(17) }, { client.links.enterRoom(1, null, "a") })) {
                val error = assertThrows(TimeoutException::class.java) { runBlocking { call() } }
                assertTrue("the signer gave no answer before the deadline; nothing was sent" in error.message!!, error.message)
            }
        }
        assertEquals(0, http.requests.size)
    }

    // promise: signer_fails, signature_checked, signature_checked_in_links
    @Test
    fun `a signer that fails or gives nonsense`() {
        val http = Fake.of(room)
        val signers = listOf<Signer>(giving(null), giving(7), Signer { "" }, Signer { "zz" }, Signer { "A".repeat(32) }, Signer { "a".repeat(32) + "\n" })
        for (signer in signers) {
            val client = Client("demo", "1", null) {
                this.http = http
                this.signer = signer
            }
            for (call in listOf<suspend () -> Any>({ client.room.info(17) }, { client.links.enterRoom(1, null, "a") })) {
                val error = assertThrows(SigningException::class.java) { runBlocking { call() } }
                assertTrue("the signer gave" in error.message!!, error.message)
            }
        }
        for (given in thrown + IllegalStateException("away")) {
            val failing = Client("demo", "1", null) {
                this.http = http
                signer = Signer { throw given }
            }
            assertEquals(given.javaClass, assertThrows(SigningException::class.java) { runBlocking { failing.room.info(17) } }.cause?.javaClass)
            assertThrows(SigningException::class.java) { runBlocking { failing.links.enterRoom(1, null, "a") } }
        }
        assertEquals(0, http.requests.size)
    }

    // promise: executor_never_answers, executor_too_late
    @Test
    fun `an executor that never answers, or too late`() {
        val late = CountDownLatch(1)
        val executors = listOf(
            HttpExecutor { forGood() },
            HttpExecutor { awaitCancellation() },
            HttpExecutor {
                late.await()
                room
            },
        )
        for (http in executors) {
            val client = clientWith(http)
            assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17, short) } }
            val attempt = CallOptions {
                attemptTimeout = Duration.ofMillis(100)
                attempts = 1
            }
            assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17, attempt) } }
            assertEquals(0, client.runner.core.calls)
        }
        late.countDown()
    }

    // promise: executor_fails, executor_answers_nonsense
    @Test
    fun `an executor that gives nonsense`() {
        val nonsense = listOf<Any?>(null, "text", 7, Object(), HttpResponse(0, ByteArray(0)), HttpResponse(-1, ByteArray(0)))
        for (given in nonsense) {
            val client = clientWith(giving(given)) { attempts = 1 }
            val error = assertThrows(TransportException::class.java) { runBlocking { client.room.info(17) } }
            assertEquals(ErrorKind.TRANSPORT, error.kind)
            assertTrue("the executor gave" in error.message!!, error.message)
        }
        for (given in thrown + NoSuchElementException("odd")) {
            val failing = clientWith(Fake({ throw given })) { attempts = 1 }
            val error = assertThrows(TransportException::class.java) { runBlocking { failing.room.info(17) } }
            assertEquals(given.javaClass, error.cause?.javaClass)
        }
    }

    @Test
    fun `threads that Java's forms block are interrupted when nobody waits any more`() {
        for (form in 0..2) {
            val interrupted = CountDownLatch(1)

            fun <T> wait(): T =
                try {
                    CountDownLatch(1).await()
                    throw IllegalStateException("it waits for good")
                } catch (end: InterruptedException) {
                    interrupted.countDown()
                    throw end
                }
            val client = Client("demo", "1", if (form == 2) null else KEY) {
                http = Fake.of(room)
                deadline = Duration.ofMillis(300)
                when (form) {
                    0 -> blockingHttp { wait() }
                    1 -> blockingStore { _, _, _ -> wait() }
                    else -> blockingSigner { wait() }
                }
            }
            val failed = runCatching { runBlocking { client.room.info(17) } }.exceptionOrNull()
            assertTrue(form == 1 || failed is TimeoutException) { "$failed" }
            interrupted.await()
        }
    }

    @Test
    fun `promises that are none`() {
        val stubborn = object : CompletableFuture<HttpResponse>() {
            override fun cancel(mayInterrupt: Boolean): Boolean = throw IllegalStateException("not now")
        }
        val uncaught = Collections.synchronizedList(ArrayList<Throwable>())
        val handler = Thread.getDefaultUncaughtExceptionHandler()
        Thread.setDefaultUncaughtExceptionHandler { _, error -> uncaught += error }
        try {
            val late = clientWith(Fake.of(room)) { asyncHttp { stubborn } }
            assertThrows(TimeoutException::class.java) { runBlocking { late.room.info(17, short) } }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler)
        }
        assertEquals(emptyList<Throwable>(), uncaught)
        val none = clientWith(Fake.of(room)) {
            attempts = 1
            asyncHttp(giving(null))
        }
        val error = assertThrows(TransportException::class.java) { runBlocking { none.room.info(17) } }
        assertTrue("the executor gave null" in error.message!!, error.message)
        val cancelled = clientWith(Fake.of(room)) {
            attempts = 1
            asyncHttp { CompletableFuture<HttpResponse>().apply { cancel(true) } }
        }
        assertThrows(TransportException::class.java) { runBlocking { cancelled.room.info(17) } }
    }

    // promise: causes_hold_no_address
    @Test
    fun `a cause that quotes a signature is left out`() {
        val http = Fake({ throw IOException("cannot reach it", IllegalArgumentException("illegal: ${it.url}")) })
        val client = clientWith(http) { attempts = 1 }
        val error = assertThrows(TransportException::class.java) { runBlocking { client.callPath("/openapi/x", mapOf("a" to 1), "GET") } }
        assertFalse("sign=" in error.stackTraceToString())
        assertTrue("which quotes the address" in error.message!!, error.message)
    }

    // promise: addresses_never_answer
    @Test
    fun `a server that never says where to upload`() {
        val addresses = object : UploadAddresses {
            override suspend fun uploadUrl(): UploadAddress = forGood()

            override suspend fun resumeUploadUrl(videoId: Long): UploadAddress = forGood()
        }
        val options = CallOptions { deadline = Duration.ofMillis(300) }
        assertThrows(TimeoutException::class.java) {
            runBlocking { Uploader(Fake.of(room)).upload(UploadFile(ByteArray(5), "a.mp4"), addresses, options = options) }
        }
    }

    // promise: close_ends_waiting, close_refuses_new, close_twice
    @Test
    fun `closing ends what waits at once`() = runBlocking {
        val http = Fake.of(room)
        var waiting = CompletableDeferred<Unit>()
        suspend fun hang(): Nothing {
            waiting.complete(Unit)
            awaitCancellation()
        }
        val limited = clientWith(http) {
            quota = Quota(1, 60)
            clock = Clock(sleep = { hang() })
        }
        limited.room.info(17)
        val signing = Client("demo", "1", null) {
            this.http = http
            signer = Signer { hang() }
        }
        val again = clientWith(Fake({ throw java.net.ConnectException() })) { clock = Clock(sleep = { hang() }) }
        for (client in listOf(limited, signing, again)) {
            waiting = CompletableDeferred()
            supervisorScope {
                val call = async(start = CoroutineStart.UNDISPATCHED) { runCatching { client.room.info(17) } }
                waiting.await()
                client.closeAndJoin(Duration.ofSeconds(20))
                val error = call.await().exceptionOrNull()
                // What failed before it was to be tried again says how.
                val says = if (client == again) "it was to be tried again, but the client was closed" else "the client was closed; nothing was sent"
                assertTrue((error is ClosedException) != (client == again) && says in error!!.message!!, error.toString())
            }
            assertThrows(ClosedException::class.java) { runBlocking { client.room.info(17) } }
            client.close()
            assertEquals(0, client.runner.core.calls)
        }
        assertThrows(ClosedException::class.java) { runBlocking { signing.links.enterRoom(1, null, "a") } }
        assertEquals(1, http.requests.size)
    }

    // promise: close_lets_finish
    @Test
    fun `what is in flight may finish, and is not tried again`() = runBlocking {
        for (answer in listOf(room, HttpResponse(503, ByteArray(0)))) {
            val begun = CompletableDeferred<Unit>()
            val goOn = CompletableDeferred<Unit>()
            val http = Fake({
                begun.complete(Unit)
                goOn.await()
                answer
            })
            val client = clientWith(http)
            val call = async(Dispatchers.Default) { runCatching { client.room.info(17).roomId } }
            begun.await()
            val closing = launch(start = CoroutineStart.UNDISPATCHED) { client.closeAndJoin(Duration.ofSeconds(20)) }
            assertTrue(closing.isActive)
            goOn.complete(Unit)
            closing.join()
            val got = call.await()
            if (answer === room) assertEquals(17L, got.getOrThrow()) else assertEquals(503, (got.exceptionOrNull() as BaijiayunException).status)
            assertEquals(1, http.requests.size)
        }
    }

    // promise: close_ends_in_flight
    @Test
    fun `what is in flight ends when its time is over`() = runBlocking {
        for (http in listOf(HttpExecutor { forGood() }, HttpExecutor { awaitCancellation() })) {
            val begun = CompletableDeferred<Unit>()
            val client = clientWith({ request ->
                begun.complete(Unit)
                http.execute(request)
            })
            val call = async(Dispatchers.Default) { runCatching { client.room.info(17) } }
            begun.await()
            client.closeAndJoin(Duration.ofMillis(50))
            val error = call.await().exceptionOrNull()
            assertTrue(error is ClosedException && "the client was closed while the request was under way" in error.message!!, error.toString())
        }
    }

    @Test
    fun `a client that is closed by the thread of its calls`() {
        val begun = CompletableDeferred<Unit>()
        val goOn = CompletableDeferred<Unit>()
        val client = clientWith(Fake({
            begun.complete(Unit)
            goOn.await()
            room
        }))
        runBlocking {
            val call = async { client.room.info(17) }
            begun.await()
            goOn.complete(Unit)
            client.close()
            assertEquals(17L, call.await().roomId)
        }
    }

    @Test
    fun `an interruption is an exception of ours`() {
        val client = BlockingClient(clientWith(Fake({ awaitCancellation() })))
        Thread.currentThread().interrupt()
        val error = assertThrows(InterruptedCallException::class.java) { client.room.info(17) }
        assertTrue(Thread.interrupted(), "the flag is set again")
        assertEquals(ErrorKind.TRANSPORT, error.kind)
        assertEquals(0, client.client.runner.core.calls)
    }

    // promise: settings_checked
    @Test
    fun `settings that cannot be meant`() {
        val wrong = listOf<Settings.() -> Unit>(
            { attempts = 0 }, { attempts = -1 }, { deadline = Duration.ZERO }, { deadline = Duration.ofSeconds(Long.MAX_VALUE) },
            { deadline = Duration.ofSeconds(Long.MIN_VALUE) }, { attemptTimeout = Duration.ofMillis(-1) }, { uploadDeadline = Duration.ofDays(31) },
            { maxAnswer = 0 }, { maxAnswer = -1 }, { maxAnswer = (1L shl 30) + 1 }, { quota = Quota(1, 0) }, { quota = Quota(-1, 1) },
        )
        wrong.forEachIndexed { index, settings ->
            assertThrows(ConfigException::class.java, { clientWith(Fake.of(room), settings = settings) }, "setting $index")
        }
        val options = listOf<CallOptions.() -> Unit>(
            { attempts = 0 }, { attemptTimeout = Duration.ofSeconds(Long.MAX_VALUE) }, { deadline = Duration.ofNanos(-1) }, { maxAnswer = 0 },
        )
        for (option in options) {
            assertThrows(InvalidParametersException::class.java) { runBlocking { clientWith(Fake.of(room)).room.info(17, CallOptions(option)) } }
        }
    }

    // promise: null_is_refused
    @Test
    fun `what Java gives as null is refused`() {
        val make = Client::class.java.constructors.single { it.parameterCount == 3 }
        for (given in listOf(arrayOf(null, "1", KEY), arrayOf("demo", null, KEY), arrayOf<Any?>("demo", "1", null))) {
            val error = assertThrows(java.lang.reflect.InvocationTargetException::class.java) { make.newInstance(*given) }
            assertTrue(error.cause is ConfigException, error.cause.toString())
        }
    }

    // promise: default_keys_not_trimmed, domain_checked, http_refused_for_vendor, partner_id_checked, partner_key_checked
    @Test
    fun `what a client is made of is looked at`() {
        val hidden = "abcdefghij0123456789"
        val wrong = listOf<() -> Client>(
            { Client("http://127.0.0.1:99999", "1", KEY) }, { Client("demo\n", "1", KEY) }, { Client("https://a.example/path", "1", KEY) },
            { Client("http://demo.at.baijiayun.com", "1", KEY) }, { Client("demo", hidden, KEY) }, { Client("demo", "1", "$KEY\n") },
            { Client("demo", "1", " $KEY") }, { Client("demo", "1", KEY) { callbackKeys = listOf("$hidden\n") } },
        )
        for (make in wrong) {
            val error = assertThrows(ConfigException::class.java) { make() }
            assertFalse(hidden in error.stackTraceToString() || KEY in error.stackTraceToString())
        }
        Client("http://demo.at.baijiayun.com", "1", KEY) { allowHttp = true }
    }

    // promise: call_path_checked, call_path_query
    @Test
    fun `paths are looked at`() {
        val http = Fake.of(room)
        for (path in listOf("x", "//evil.example/x", "/a@b", "/a/../b", "/a b", "/a\r\nb", "/a?b=c", "/a#b", "/a\\b", "")) {
            assertThrows(BaijiayunException::class.java) { runBlocking { clientWith(http).callPath(path) } }
        }
        assertEquals(0, http.requests.size)
    }

    // promise: list_element_null
    @Test
    fun `an element of a list that is null is named`() {
        val error = assertThrows(InvalidParametersException::class.java) {
            runBlocking { clientWith(Fake.of(room)).callPath("/openapi/x", mapOf("levels" to listOf(1, null))) }
        }
        assertTrue("levels[1] is null" in error.message!!, error.message)
    }

    @Test
    fun `nobody's callbacks are claimed by nobody`() = runBlocking {
        val callbacks = clientWith(Fake.of(room)).callbacks
        assertFalse(callbacks.claim(null))
        assertFalse(callbacks.claim(event("")))
        callbacks.release(event(""))
    }

    // promise: callback_over_limit, default_callback_size
    @Test
    fun `a callback over the limit`() {
        val error = assertThrows(CallbackException::class.java) {
            clientWith(Fake.of(room)).callbacks.parse(ByteArray((4 shl 20) + 1) { 'a'.code.toByte() })
        }
        assertEquals(ErrorKind.CALLBACK_MALFORMED, error.kind)
    }

    @Test
    fun `clients that send nothing make no threads`() {
        val before = Thread.getAllStackTraces().size
        val clients = List(1_000) { Client("demo", "1", KEY) }
        assertTrue(Thread.getAllStackTraces().size < before + 100)
        clients.forEach(Client::close)
    }

    @Test
    fun `an error keeps the beginning of a large body`() {
        val http = Fake.of(HttpResponse(200, ByteArray(3_000_000) { 'x'.code.toByte() }))
        val error = assertThrows(BaijiayunException::class.java) { runBlocking { clientWith(http).room.info(17) } }
        assertTrue(error.details.body!!.length in 1..65_536 && error.message!!.length < 2_000) { "${error.details.body?.length}" }
    }

    @Test
    fun `an exception can be written and read`() {
        val http = Fake.of(envelope(code = 1002, msg = "签名计算错误"))
        val error = assertThrows(SignatureException::class.java) { runBlocking { clientWith(http).room.info(17) } }
        val written = java.io.ByteArrayOutputStream().also { java.io.ObjectOutputStream(it).writeObject(error) }
        val read = java.io.ObjectInputStream(written.toByteArray().inputStream()).readObject() as SignatureException
        assertEquals(listOf(error.message, 1002L, ErrorKind.SIGNATURE_REJECTED, 1), listOf(read.message, read.code, read.kind, read.trace?.attempts))
    }
}
