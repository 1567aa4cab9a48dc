package baijiayun

import java.io.IOException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ClaimsTest {
    private val time = TestClock()

    private fun callbacks(store: Store? = null) = clientWith(Fake.of(envelope()), time) { this.store = store }.callbacks

    @Test
    fun `one takes a callback, until it is given back or long over`() = runBlocking {
        val callbacks = callbacks()
        assertTrue(callbacks.claim("a") && callbacks.claim("b") && callbacks.claim(null))
        assertFalse(callbacks.claim("a"))
        callbacks.release("a")
        assertTrue(callbacks.claim("a"))
        time.now += 599_000
        assertFalse(callbacks.claim("a"))
        time.now += 2_000
        assertTrue(callbacks.claim("a") && callbacks.claim("b"))
    }

    @Test
    fun `one of many threads takes it`() = runBlocking {
        val callbacks = callbacks()
        val won = (1..64).map { async(Dispatchers.Default) { callbacks.claim("a") } }.awaitAll()
        assertEquals(1, won.count { it })
    }

    @Test
    fun `the store decides among processes`() = runBlocking {
        val taken = HashSet<String>()
        val store = Store { script, keys, args ->
            check("redis.call" in script)
            val key = keys.single()
            if (args.single() == 0L) (if (taken.remove(key)) 1L else 0L) else if (taken.add(key)) 1L else 0L
        }
        val (one, other) = listOf(callbacks(store), callbacks(store))
        assertTrue(one.claim("a"))
        assertFalse(other.claim("a"))
        assertEquals(setOf("baijiayun:qid:a"), taken)
        one.release("a")
        assertTrue(other.claim("a"))
    }

    @Test
    fun `without the store each process goes on alone`() = runBlocking {
        val callbacks = callbacks { _, _, _ -> throw IOException("down") }
        assertTrue(callbacks.claim("a"))
        assertFalse(callbacks.claim("a"))
    }
}
