package baijiayun

import baijiayun.redis.JedisStore
import baijiayun.redis.LettuceStore
import io.lettuce.core.RedisClient
import java.io.File
import java.net.InetAddress
import java.net.ServerSocket
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.EnumSource
import redis.clients.jedis.JedisPooled

/** The stores on a Redis or Valkey of the test's own. Without one they are skipped, or fail if REDIS_REQUIRED is set. */
class RedisTest {
    enum class Library { JEDIS, LETTUCE }

    private class Redis(program: File, folder: Path) : AutoCloseable {
        val port: Int = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }
        private val process = ProcessBuilder(program.path, "--port", "$port", "--bind", "127.0.0.1", "--save", "", "--dir", "$folder").start()
        private val opened = ArrayList<AutoCloseable>()

        init {
            val said = process.inputStream.bufferedReader()
            check(generateSequence(said::readLine).any { "eady to accept connections" in it }) { "redis-server did not start" }
        }

        /** A store with a connection of its own, as another process would have it. */
        fun store(library: Library): Store =
            when (library) {
                Library.JEDIS -> JedisStore(JedisPooled("127.0.0.1", port).also(opened::add))
                Library.LETTUCE -> LettuceStore(RedisClient.create("redis://127.0.0.1:$port").also(opened::add).connect())
            }

        fun kill() {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)
        }

        override fun close() {
            opened.forEach { runCatching(it::close) }
            kill()
        }
    }

    private fun withRedis(folder: Path, test: suspend (Redis) -> Unit) {
        val program = System.getenv("PATH").split(File.pathSeparator).flatMap { listOf(File(it, "redis-server"), File(it, "valkey-server")) }
            .firstOrNull(File::canExecute)
        if (System.getenv("REDIS_REQUIRED") == null) assumeTrue(program != null, "neither redis-server nor valkey-server is installed")
        Redis(checkNotNull(program) { "neither redis-server nor valkey-server is installed" }, folder).use { runBlocking { test(it) } }
    }

    private val room = envelope(Json.parseToJsonElement("""{"room_id":"17"}"""))

    private fun client(store: Store?, settings: Settings.() -> Unit = {}) =
        clientWith(Fake.of(room)) {
            this.store = store
            settings()
        }

    @ParameterizedTest
    @EnumSource
    fun `two clients keep a limit together`(library: Library, @TempDir folder: Path) = withRedis(folder) { redis ->
        val (one, other) = List(2) { client(redis.store(library)) { quota = Quota(2, 3600) } }
        val details = Details()
        one.room.info(17, CallOptions { this.details = details })
        assertEquals(false, details.trace?.storeDown)
        other.room.info(17)
        for (client in listOf(one, other)) {
            val error = assertThrows(ThrottledException::class.java) { runBlocking { client.room.info(17) } }
            assertTrue("the account's limit, 2 requests in 3600 s" in error.message!!, error.message)
        }
        // By another prefix it is another limit.
        client(redis.store(library)) {
            quota = Quota(2, 3600)
            storePrefix = "another"
        }.room.info(17)
    }

    @ParameterizedTest
    @EnumSource
    fun `one of two takes a callback`(library: Library, @TempDir folder: Path) = withRedis(folder) { redis ->
        val callbacks = List(2) { client(redis.store(library)).callbacks }
        assertEquals(listOf(true, false), callbacks.map { it.claim(event("a")) })
        callbacks[0].release(event("a"))
        assertEquals(listOf(false, true), callbacks.reversed().map { it.claim(event("a")) }.reversed())
        val at = (1..40).map { kotlinx.coroutines.CoroutineScope(Dispatchers.Default).async { callbacks[it % 2].claim(event("b")) } }.awaitAll()
        assertEquals(1, at.count { it })
    }

    @ParameterizedTest
    @EnumSource
    fun `one that went down stops nothing`(library: Library, @TempDir folder: Path) = withRedis(folder) { redis ->
        val client = client(redis.store(library)) { deadline = Duration.ofSeconds(20) }
        client.room.info(17)
        redis.kill()
        val details = Details()
        assertEquals(17L, client.room.info(17, CallOptions { this.details = details }).roomId)
        assertEquals(true, details.trace?.storeDown)
        assertEquals(listOf(true, false), List(2) { client.callbacks.claim(event("a")) })
    }
}
