package baijiayun

/**
 * Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one.
 *
 * The documents leave links out: the rules are from public material. A text that could be read as another field of a
 * link (it holds `&`, or `=` in a name) is refused with [InvalidParametersException]: a nickname such as
 * `x&user_role=1` would make a teacher's link of a student's.
 */
class Links internal constructor(private val runner: Runner) {
    /**
     * A link that lets one user into a room without a code. It does not expire: hand it to that user only.
     *
     * @param userNumber The number of the user in your own system, not 0; null if the service is to give the user one.
     * @param extra Parameters that stand behind the signature and are not signed, so that anybody can change them: public
     *   code adds `status`, `customstr`, `share_url`, `meeting_id` and `pay_channel`.
     * @param userRole As what the user enters: 0 student, 1 teacher, 2 assistant.
     */
    suspend fun enterRoom(
        roomId: Long,
        userNumber: String?,
        userName: String,
        userRole: Long = 0,
        userAvatar: String? = null,
        extra: Map<String, String> = emptyMap(),
    ): String {
        val params = mapOf(
            "room_id" to roomId,
            "user_number" to userNumber,
            "user_name" to userName,
            "user_role" to userRole,
            "user_avatar" to userAvatar,
            "extra" to extra.ifEmpty { null },
        )
        val made = make("enter_room", params)
        val text = made.sign ?: return made.url
        val signature = runner.sign("enter_room", text)
        return make("enter_room", params + ("signature" to signature)).url
    }

    /** The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none. */
    @JvmOverloads
    fun prepare(roomId: Long, code: String? = null): String = make("prepare", mapOf("room_id" to roomId, "code" to code)).url

    /** A link by which whoever has it enters under that name with a join code (参加码). */
    fun quickEnter(code: String, userName: String): String =
        make("quick_enter", mapOf("code" to code, "user_name" to userName)).url

    /**
     * A room in a page of yours: the address for an iframe. One public project has it.
     *
     * @param width In pixels.
     * @param height In pixels.
     */
    @JvmOverloads
    fun codePlayer(
        code: String,
        userName: String,
        userNumber: String? = null,
        width: Int? = null,
        height: Int? = null,
        showControls: Boolean? = null,
    ): String {
        val params = mapOf(
            "code" to code,
            "user_name" to userName,
            "user_number" to userNumber,
            "width" to width,
            "height" to height,
            "show_controls" to showControls,
        )
        return make("code_player", params).url
    }

    /** The player of a video for phones. */
    fun mobileVideoPlayer(videoId: Long, token: String): String =
        make("mobile_video_player", mapOf("video_id" to videoId, "token" to token)).url

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
        val made = readLink(runner.core.link("$kind\n${jsonOf(kind, params)}"))
        made.error?.let { throw it.exception() }
        return made
    }
}
