package baijiayun

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

class LinksTest {
    @TestFactory
    fun `links of the vectors`(): List<DynamicTest> =
        // Where a room is no number, its type refuses it.
        vectors("links").filter { it.getValue("params").jsonObject.textOrNull("room_id")?.let(String::toLongOrNull) != null || "room_id" !in it.getValue("params").jsonObject }.map { vector ->
            dynamicTest("${vector.text("link")} ${vector["refused"] ?: ""}") {
                val links = clientOf(vector, Fake.of(envelope())).links
                val refused = vector["refused"]
                if (refused != null) {
                    val names = { failed: InvalidParametersException -> failed.faults.map { it.parameter }.sorted() }
                    val want = refused.jsonArray.map { it.jsonPrimitive.content }
                    assertEquals(want, names(assertThrows(InvalidParametersException::class.java) { made(links, vector) }))
                    if (vector.text("link") == "enter_room") {
                        val remote = Client("demo", "1", null) { signer = Signer { error("it is not asked") } }.links
                        assertEquals(want, names(assertThrows(InvalidParametersException::class.java) { made(remote, vector) }))
                    }
                } else {
                    val url = made(links, vector)
                    assertEquals(vector.text("url").substringBefore('?'), url.substringBefore('?'))
                    assertEquals(pairs(vector.text("url").substringAfter('?')), pairs(url.substringAfter('?')))
                }
            }
        }

    private fun made(links: Links, vector: JsonObject): String {
        val params = vector.getValue("params").jsonObject
        return when (vector.text("link")) {
            "enter_room" -> runBlocking {
                links.enterRoom(
                    params.text("room_id").toLong(),
                    params.textOrNull("user_number"),
                    params.text("user_name"),
                    params.text("user_role").toLong(),
                    params.text("user_avatar"),
                    params["extra"]?.jsonObject?.mapValues { (_, value) -> value.jsonPrimitive.content } ?: emptyMap(),
                )
            }
            "prepare" -> links.prepare(params.text("room_id").toLong(), params.textOrNull("code"))
            "quick_enter" -> links.quickEnter(params.text("code"), params.text("user_name"))
            "code_player" -> links.codePlayer(
                params.text("code"),
                params.text("user_name"),
                params.textOrNull("user_number"),
                params.textOrNull("width")?.toInt(),
                params.textOrNull("height")?.toInt(),
                params.textOrNull("showControls")?.toBoolean(),
            )
            "video_player" -> links.videoPlayer(params.text("vid").toLong(), params.text("token"))
            "mobile_video_player" -> links.mobileVideoPlayer(params.text("vid").toLong(), params.text("token"))
            "playback" ->
                links.playback(params.text("classid").toLong(), params.text("token"), params.textOrNull("session_id")?.toLong())
            else -> error("there is no such link")
        }
    }

    @Test
    fun `a link that a remote signer signs`() = runBlocking {
        val texts = ArrayList<String>()
        val client = Client("demo", "1", null) { signer = Signer { text -> SIGNED.also { texts += text } } }
        val url = client.links.enterRoom(17, "7", "n")
        assertEquals(SIGNED, pairs(url.substringAfter('?')).single { it[0] == "sign" }[1])
        assertEquals(listOf("room_id=17&user_name=n&user_number=7&user_role=0"), texts.map { it.replace("user_avatar=&", "") })
    }

    @Test
    fun `a signer that refuses`() {
        val refusal = IllegalStateException("no")
        val client = Client("demo", "1", null) { signer = Signer { throw refusal } }
        val error = assertThrows(SigningException::class.java) { runBlocking { client.links.enterRoom(17, "7", "n") } }
        // Coroutines copy exceptions, so that their traces show both sides.
        assertEquals(refusal.toString(), error.cause.toString())
    }

    private companion object {
        val SIGNED = "5".repeat(32)
    }
}
