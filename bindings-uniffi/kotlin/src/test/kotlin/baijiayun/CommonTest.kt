package baijiayun

import java.nio.file.Files
import java.net.URLDecoder
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** What is the same in every language: the account from the environment, and callbacks for tests. */
class CommonTest {
    @TestFactory
    fun `the account is found where the vectors say`(): List<DynamicTest> =
        vectors("configuration").map { vector ->
            dynamicTest(vector.text("name")) {
                val folder = Files.createTempDirectory("baijiayun-test").toFile()
                try {
                    for ((name, text) in vector.getValue("files").jsonObject) {
                        folder.resolve(name).apply { parentFile.mkdirs() }.writeText(text.jsonPrimitive.content)
                    }
                    val environment = vector["environment"]?.jsonObject.orEmpty().mapValues { it.value.jsonPrimitive.content } + ("XDG_CONFIG_HOME" to "$folder/user")
                    val given = vector["given"]?.jsonObject.orEmpty().mapValues { it.value.jsonPrimitive.content }
                    val needsKey = vector["needs_key"]?.jsonPrimitive?.boolean ?: true
                    fun find() = ClientBuilder.found(given, needsKey, mapOf("environment" to environment, "folder" to folder.path))
                    val wanted = vector["found"]?.jsonObject
                    if (wanted == null) {
                        val error = assertThrows(ConfigException::class.java) { find() }
                        assertTrue("geheim" !in error.stackTraceToString())
                    } else {
                        val found = find()
                        assertEquals(wanted.textOrNull("domain"), found.domain)
                        assertEquals(wanted.textOrNull("partner_id"), found.partnerId)
                        assertEquals(wanted.textOrNull("partner_key"), found.partnerKey)
                        assertEquals(wanted["paths"]?.jsonObject.orEmpty().mapValues { it.value.jsonPrimitive.content }, found.paths)
                    }
                } finally {
                    folder.deleteRecursively()
                }
            }
        }

    @Test
    fun `a builder takes the environment, and what is given goes first`() {
        val client = BlockingClient.builder().domain("given").partnerId("1").partnerKey(KEY).fromEnvironment().build()
        assertEquals("BlockingClient(given, 1)", client.toString())
    }

    @TestFactory
    fun `callbacks are signed as the vectors say`(): List<DynamicTest> =
        // What is missing in some of them is put in here.
        vectors("posts").filterNot { it.text("name") in setOf("no id", "no time", "no object", "no data") }.map { vector ->
            dynamicTest(vector.text("name")) {
                val asked = vector.getValue("asked").jsonObject
                val client = Client("demo", "1", vector.text("key")) { clock = Clock(unix = { 1467882806 }) }
                fun signed() = client.callbacks.signed(
                    asked.textOrNull("name"), asked.getValue("data").jsonObject, asked["json"]?.jsonPrimitive?.boolean,
                    asked.textOrNull("qid") ?: "1", asked["timestamp"]?.jsonPrimitive?.long,
                )
                if ("error" in vector) {
                    assertThrows(BaijiayunException::class.java) { signed() }
                    return@dynamicTest
                }
                val post = signed()
                val expect = vector.getValue("expect").jsonObject
                assertEquals(expect.text("content_type"), post.contentType)
                val body = post.body.decodeToString()
                when (val posted = expect.getValue("posted")) {
                    is JsonArray -> assertEquals(
                        posted.map { pair -> pair.jsonArray.map { it.jsonPrimitive.content } }.sortedBy { it.toString() },
                        body.split('&').map { pair -> pair.split('=', limit = 2).map { URLDecoder.decode(it, Charsets.UTF_8) } }.sortedBy { it.toString() },
                    )
                    else -> assertTrue(same(posted as JsonObject, Json.parseToJsonElement(body)), body)
                }
                // It is read as any other.
                assertEquals(client.callbacks.parse(post.body, post.contentType, tolerance = null).name, client.callbacks.parse(post.body, tolerance = null).name)
            }
        }

    @Test
    fun `paths are read from files`() {
        val file = Files.createTempFile("baijiayun", ".toml").toFile()
        try {
            file.writeText("[paths]\n\"room.create\" = \"/openapi/room/other\"\n")
            val request = Client("demo", "1", KEY) { pathsFile(file) }.request("room.create", mapOf("title" to "a", "start_time" to 1, "end_time" to 2))
            assertEquals("https://demo.at.baijiayun.com/openapi/room/other", request.url)
            file.writeText("[paths\n")
            assertThrows(ConfigException::class.java) { Client("demo", "1", KEY) { pathsFile(file) } }
            file.delete()
            assertThrows(ConfigException::class.java) { Client("demo", "1", KEY) { pathsFile(file) } }
        } finally {
            file.delete()
        }
    }

    @Test
    fun `errors name settings as they are called here`() {
        val error = assertThrows(ConfigException::class.java) { Client("demo", "1", KEY) { attemptTimeout = java.time.Duration.ZERO } }
        assertTrue("attemptTimeout" in error.message!! && "attempt_timeout" !in error.message!!, error.message)
    }
}
