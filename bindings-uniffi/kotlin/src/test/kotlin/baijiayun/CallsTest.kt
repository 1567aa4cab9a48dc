package baijiayun

import java.io.IOException
import java.net.SocketTimeoutException
import java.time.Duration
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The walk from step to step. */
class CallsTest {
    private val room = envelope(Json.parseToJsonElement("""{"room_id":"17","title":"课","new":1,"max_users":"many"}"""))

    @Test
    fun `data are typed, and what else is known is in the details`() = runBlocking {
        val details = Details()
        val info = clientWith(Fake.of(room)).room.info(17, CallOptions { this.details = details })
        assertEquals(listOf(17L, "课", 0L, null), listOf(info.roomId, info.title, info.maxUsers, info.maxBackupUsers))
        assertTrue(info.toString().startsWith("RoomInfoResult(roomId=17, title=课, "), info.toString())
        assertEquals(listOf("max_users"), details.departures.filter { it.found != "nothing" }.map { it.path })
        assertEquals(7L, details.ts)
        assertEquals(1, details.trace?.attempts)
    }

    @Test
    fun `calls by name give all that was sent`() = runBlocking {
        val answer = clientWith(Fake.of(room)).call("room.info", mapOf("room_id" to 17))
        assertEquals("""{"room_id":17,"title":"课","new":1,"max_users":"many"}""", answer.data.toString())
        assertEquals("\"many\"", answer.departures.first().found)
    }

    @Test
    fun `data are plain for other libraries`() = runBlocking {
        val classed = envelope(Json.parseToJsonElement("""{"1":{"votes":[1,"a",null,true,1.5]}}"""))
        val votes = clientWith(Fake.of(classed)).interactData.listClassVotes(17)
        assertEquals(mapOf("1" to mapOf("votes" to listOf(1L, "a", null, true, java.math.BigDecimal("1.5")))), Plain.of(votes))
        val bound = envelope(Json.parseToJsonElement("""{"fid":"1","room_ids":[17],"bind_id":[{"a":[1]},"b"]}"""))
        val members = clientWith(Fake.of(bound)).doc.bindToRooms(listOf(17), 1).toMap()
        assertEquals(listOf(mapOf("a" to listOf(1L)), "b"), members["bind_id"])
        val strict = clientWith(Fake.of(room)) { strict = true }
        val error = assertThrows(DeparturesException::class.java) { runBlocking { strict.room.info(17) } }
        assertEquals("课", (error.plain as Map<*, *>)["title"])
    }

    @Test
    fun `failures are tried again after a wait`() = runBlocking {
        val time = TestClock()
        val http = Fake({ throw IOException("cut") }, { HttpResponse(503, ByteArray(0)) }, { room })
        assertEquals("课", clientWith(http, time).room.info(17).title)
        assertEquals(3, http.requests.size)
        assertEquals(2, time.waits.size)
    }

    @Test
    fun `retry-after is heeded`() = runBlocking {
        for (header in listOf("2", "Tue, 01 Aug 2017 07:24:50 GMT")) {
            val time = TestClock()
            val http = Fake({ HttpResponse(429, ByteArray(0), header) }, { room })
            clientWith(http, time).room.info(17)
            assertTrue(time.waits.single() in 2000L..3000L) { "$header: ${time.waits}" }
        }
        val read = listOf(null, "soon", "1.5", "-5", "NaN", "1e400").map { retryAfter(it, 0) }
        assertEquals(listOf(-1L, -1L, 2000L, -1L, -1L), read.take(5))
    }

    @Test
    fun `what became of a request is told by what was thrown`() {
        fun thrown(error: Exception): TransportException {
            val client = clientWith(Fake({ throw error })) { attempts = 1 }
            val found = assertThrows(TransportException::class.java) { runBlocking { client.room.info(17) } }
            // Coroutines copy exceptions, so that their traces show both sides.
            assertEquals(error.toString(), found.cause.toString())
            return found
        }
        assertInstanceOf(ConnectException::class.java, thrown(java.net.ConnectException("refused")))
        assertInstanceOf(ConnectException::class.java, thrown(IOException(java.net.UnknownHostException("nowhere"))))
        assertInstanceOf(TimeoutException::class.java, thrown(SocketTimeoutException("late")))
        assertEquals(ErrorKind.TRANSPORT, thrown(IllegalStateException("odd")).kind)
    }

    @Test
    fun `the signed address of a GET stands in no message`() {
        val client = clientWith(Fake({ throw IOException("cannot reach ${it.url}") })) { attempts = 1 }
        val error = assertThrows(TransportException::class.java) {
            runBlocking { client.callPath("/openapi/x", mapOf("a" to 1), "GET") }
        }
        assertTrue("sign=" !in error.stackTraceToString() && "the address" in error.message.orEmpty())
    }

    @Test
    fun `an attempt that takes too long is a timeout`() {
        val client = clientWith(Fake({ awaitCancellation() })) { attempts = 1 }
        val options = CallOptions { attemptTimeout = Duration.ofMillis(50) }
        assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17, options) } }
        assertEquals(0, client.runner.core.calls)
    }

    @Test
    fun `withTimeout ends a call, and is no error of the transport`() {
        val client = clientWith(Fake({ awaitCancellation() }))
        assertThrows(TimeoutCancellationException::class.java) { runBlocking { withTimeout(50) { client.room.info(17) } } }
        assertEquals(0, client.runner.core.calls)
    }

    @Test
    fun `an executor's own timeout is one of the transport`() {
        val client = clientWith(Fake({ withTimeout(20) { awaitCancellation() } })) { attempts = 1 }
        assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17) } }
    }

    @Test
    fun `lists go on page by page, as far as they are collected`() = runBlocking {
        fun page(vararg ids: Int) =
            envelope(Json.parseToJsonElement("""{"total":5,"list":[${ids.joinToString { """{"room_id":$it}""" }}]}"""))
        fun http() = Fake.of(page(1, 2), page(3, 4), page(5))
        var http = http()
        assertEquals(listOf(1L, 2L, 3L, 4L, 5L), clientWith(http).room.list { limit = 2 }.items().toList().map { it.roomId })
        assertEquals(listOf("1", "2", "3"), http.requests.map { sent(it).pairs.single { pair -> pair[0] == "page" }[1] })
        http = http()
        assertEquals(3, clientWith(http).room.list { limit = 2 }.items().take(3).toList().size)
        assertEquals(2, http.requests.size)
        http = http()
        val first = clientWith(http).room.list { limit = 2 }.page()
        assertEquals(listOf(2L, 5L, 1L), listOf(first.rows.size.toLong(), first.total, http.requests.size.toLong()))
        assertEquals(5, clientWith(http()).pages("room.list", mapOf("limit" to 2)).items().toList().size)
    }

    @Test
    fun `a remote signer signs`() = runBlocking {
        val http = Fake.of(room)
        val client = Client("demo", "1", null) {
            this.http = http
            signer = Signer { text -> "5".repeat(32).also { check(text.startsWith("partner_id=1&room_id=17&")) } }
        }
        client.room.info(17)
        assertTrue(listOf("sign", "5".repeat(32)) in sent(http.requests.single()).pairs)
        val refusing = Client("demo", "1", null) { signer = Signer { throw IOException("the signer is away") } }
        val error = assertThrows(SigningException::class.java) { runBlocking { refusing.room.info(17) } }
        assertTrue("the signer is away" in error.message.orEmpty() && error.cause is IOException)
    }

    @Test
    fun `a shared store tells how long to wait`() = runBlocking {
        val time = TestClock()
        val asked = ArrayList<List<String>>()
        // Microseconds.
        val answers = ArrayDeque(listOf(250_000L, 0L))
        val client = clientWith(Fake.of(room), time) {
            storePrefix = "mine"
            store = Store { script, keys, args ->
                check("redis.call" in script && args.isNotEmpty())
                asked += keys
                answers.removeFirst()
            }
        }
        client.room.info(17)
        assertEquals(listOf(250L), time.waits)
        assertTrue(asked.flatten().all { it.startsWith("mine:") } && asked.size == 2)
    }

    @Test
    fun `a store that is down stops nothing`() = runBlocking {
        val details = Details()
        val client = clientWith(Fake.of(room)) { store = Store { _, _, _ -> throw IOException("down") } }
        client.room.info(17, CallOptions { this.details = details })
        assertEquals(true, details.trace?.storeDown)
    }

    @Test
    fun `options are those of the call`() = runBlocking {
        val http = Fake.of(room)
        val client = clientWith(http)
        client.room.info(17, CallOptions { extra = mapOf("brand_new" to "a b") })
        assertTrue(listOf("brand_new", "a b") in sent(http.requests.single()).pairs)
        val cut = Fake({ throw IOException("cut") })
        assertThrows(TransportException::class.java) {
            runBlocking { clientWith(cut).room.info(17, CallOptions { retry = Retry.NEVER }) }
        }
        assertEquals(1, cut.requests.size)
    }
}
