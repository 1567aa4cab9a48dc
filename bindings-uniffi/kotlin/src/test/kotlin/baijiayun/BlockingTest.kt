package baijiayun

import java.io.IOException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import kotlin.reflect.KVisibility
import kotlin.reflect.full.declaredMemberFunctions
import kotlin.reflect.full.memberProperties

/** Calls without coroutines. */
class BlockingTest {
    @Test
    fun `calls give what the others give`() {
        val room = envelope(Json.parseToJsonElement("""{"room_id":"17"}"""))
        val http = Fake.of(room)
        val client = BlockingClient(clientWith(http))
        assertEquals(17L, client.room.create("课", 1, 2, { it.maxUsers = 100 }).roomId)
        assertTrue(sent(http.requests.single()).pairs.containsAll(listOf(listOf("title", "课"), listOf("max_users", "100"))))
        assertEquals("17", client.call("room.info", mapOf("room_id" to 17)).data.let { (it as JsonObject).text("room_id") })
        val broken = BlockingClient(clientWith(Fake({ throw IOException("cut") })))
        assertThrows(TransportException::class.java) { broken.room.info(17) }
    }

    @Test
    fun `callbacks are taken once`() {
        val client = BlockingClient(clientWith(Fake.of(envelope())))
        assertEquals(listOf(true, false), listOf(client.callbacks.claim(event("a")), client.callbacks.claim(event("a"))))
        client.callbacks.release(event("a"))
        assertTrue(client.callbacks.claim(event("a")))
    }

    @Test
    fun `a path that nobody describes is called`() {
        val http = Fake.of(envelope())
        BlockingClient(clientWith(http)).callPath("/openapi/a/b", mapOf("c" to 1), "GET")
        val request = http.requests.single()
        assertEquals("GET", request.method)
        assertTrue("/openapi/a/b?c=1&" in request.url, request.url)
    }

    @Test
    fun `lists are walked page by page`() {
        fun page(vararg ids: Int) =
            envelope(Json.parseToJsonElement("""{"total":3,"list":[${ids.joinToString { """{"room_id":$it}""" }}]}"""))
        val http = Fake.of(page(1, 2), page(3))
        val list = BlockingClient(clientWith(http)).room.list({ it.limit = 2 })
        assertEquals(listOf(1L, 2L, 3L), list.map { it.roomId })
        assertEquals(2, http.requests.size)
    }

    @Test
    fun `every method is there`() {
        val resources = BlockingResources::class.memberProperties.associateBy { it.name }
        val client = clientWith(Fake.of(envelope()))
        for (property in Resources::class.memberProperties.filter { it.name != "runner" }) {
            val api = property.get(client)!!::class.declaredMemberFunctions.filter { it.visibility == KVisibility.PUBLIC }.map { it.name }.toSet()
            val blocking = resources.getValue(property.name).get(BlockingClient(client))!!::class
            assertEquals(api, blocking.declaredMemberFunctions.map { it.name }.toSet())
        }
        assertEquals(25, resources.size)
    }
}
