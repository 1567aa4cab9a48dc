package baijiayun

import java.io.IOException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ClaimsTest {
    private val time = TestClock()

    private fun callbacks(store: Store? = null) = clientWith(Fake.of(envelope()), time) { this.store = store }.callbacks

    private fun event(described: JsonObject): Callback =
        event(described.text("qid"), described.text("signature"), described.text("hold").toLong())

    @Test
    fun `claims go as the vectors say`() = runBlocking {
        val callbacks = callbacks()
        val begun = time.now
        val steps = vectors("claims")
        assertTrue(steps.size > 10)
        for (step in steps) {
            time.now = begun + step.text("at").toLong() * 1000
            val callback = event(step.getValue("callback").jsonObject)
            if (step.text("step") == "release") {
                callbacks.release(callback)
            } else {
                assertEquals(step.text("first").toBoolean(), callbacks.claim(callback), step.text("why"))
            }
        }
    }

    @Test
    fun `a post whose fields were cut to have another qid is not taken again`() = runBlocking {
        val vector = vectors("callbacks").single { it.text("name") == "a qid cut out of a message" }
        val callbacks = Client("school", "12345678", vector.text("key")).callbacks
        val forged = callbacks.parse(vector.text("body").encodeToByteArray(), tolerance = null)
        assertEquals("666", forged.qid)
        assertTrue(callbacks.claim(event("1234567890", forged.signature)))
        assertFalse(callbacks.claim(forged))
    }

    @Test
    fun `one of many threads takes it`() = runBlocking {
        val callbacks = callbacks()
        val won = (1..64).map { async(Dispatchers.Default) { callbacks.claim(event("a")) } }.awaitAll()
        assertEquals(1, won.count { it })
    }

    @Test
    fun `the store decides among processes`() = runBlocking {
        val store = SharedClaims()
        val (one, other) = listOf(callbacks(store), callbacks(store))
        assertTrue(one.claim(event("a")))
        assertFalse(other.claim(event("a")))
        assertFalse(other.claim(event("b", "the signature of a")))
        val keys = setOf("baijiayun:{callbacks}:qid:a", "baijiayun:{callbacks}:sign:the signature of a")
        assertEquals(keys, store.taken.keys)
        one.release(event("a"))
        assertTrue(other.claim(event("a")))
    }

    @Test
    fun `without the store each process goes on alone`() = runBlocking {
        val callbacks = callbacks { _, _, _ -> throw IOException("down") }
        assertTrue(callbacks.claim(event("a")))
        assertFalse(callbacks.claim(event("a")))
    }

    @Test
    fun `a claim that is cancelled while the store is asked is given back`() = runBlocking {
        val shared = SharedClaims()
        val asked = CompletableDeferred<Unit>()
        var slow = true
        val callbacks = callbacks { script, keys, args ->
            val answer = shared.evaluate(script, keys, args)
            if (slow && args[0] > 0) {
                asked.complete(Unit)
                awaitCancellation()
            }
            answer
        }
        val claim = launch { callbacks.claim(event("a")) }
        asked.await()
        assertEquals(2, shared.taken.size)
        claim.cancelAndJoin()
        assertTrue(shared.taken.isEmpty(), "the store has it no more")
        slow = false
        assertTrue(callbacks.claim(event("a")), "nor has this process")
        assertFalse(callbacks.claim(event("a")))
    }

    /** What claim.lua does, over a map. */
    private class SharedClaims : Store {
        val taken = HashMap<String, Long>()

        override suspend fun evaluate(script: String, keys: List<String>, args: List<Long>): Long {
            check("redis.call" in script)
            val (seconds, owner) = args
            if (seconds == 0L) {
                keys.forEach { if (owner == 0L || taken[it] == owner) taken.remove(it) }
                return 1
            }
            if (keys.any(taken::containsKey)) return 0
            keys.forEach { taken[it] = owner }
            return 1
        }
    }
}
