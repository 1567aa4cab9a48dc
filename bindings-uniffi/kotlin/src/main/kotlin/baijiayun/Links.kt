package baijiayun

import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.serialization.Serializable

@Serializable
private class Made(val url: String = "", val sign: String? = null, val error: ErrorDetails? = null)

/**
 * Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one.
 *
 * The documents leave links out: the rules are from public material.
 */
class Links internal constructor(private val runner: Runner) {
    /**
     * A link that lets one user into a room without a code. It does not expire: hand it to that user only.
     *
     * @param userRole As what the user enters: 0 student, 1 teacher, 2 assistant.
     */
    suspend fun enterRoom(
        roomId: Long,
        userNumber: String,
        userName: String,
        userRole: Int = 0,
        userAvatar: String? = null,
    ): String {
        val params = mapOf(
            "room_id" to roomId,
            "user_number" to userNumber,
            "user_name" to userName,
            "user_role" to userRole,
            "user_avatar" to userAvatar,
        )
        val made = make("enter_room", params)
        val text = made.sign ?: return made.url
        val signature = try {
            runner.sign(text)
        } catch (refused: Exception) {
            currentCoroutineContext().ensureActive()
            throw failure(ErrorKind.SIGNING, "enter_room", words(refused), refused)
        }
        return make("enter_room", params + ("signature" to signature)).url
    }

    /** A link by which whoever has it enters under that name with a join code (参加码). */
    fun quickEnter(code: String, userName: String): String =
        make("quick_enter", mapOf("code" to code, "user_name" to userName)).url

    /** The player of a video. The token is that of `client.video.getPlayerToken`. */
    fun videoPlayer(videoId: Long, token: String): String =
        make("video_player", mapOf("video_id" to videoId, "token" to token)).url

    /**
     * The playback of a class. The token is that of `client.playback.getPlayerToken`.
     *
     * A room that was used for several classes has a playback for each: name the session then.
     */
    @JvmOverloads
    fun playback(roomId: Long, token: String, sessionId: Long? = null): String =
        make("playback", mapOf("room_id" to roomId, "token" to token, "session_id" to sessionId)).url

    /** The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed. */
    fun inDesktopClient(link: String): String = make("desktop_client", mapOf("link" to link)).url

    /** A link, or the text to sign for it. */
    private fun make(kind: String, params: Map<String, Any?>): Made {
        val made = engineJson.decodeFromString<Made>(runner.core.link("$kind\n${Written(kind, params).json}".encodeToByteArray()))
        made.error?.let { throw it.exception() }
        return made
    }
}
