package baijiayun

import java.net.URLEncoder
import java.security.MessageDigest
import java.util.HexFormat
import java.util.TreeMap
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.KSerializer
import kotlinx.serialization.Serializable
import kotlinx.serialization.builtins.serializer
import kotlinx.serialization.json.Json

/**
 * What a whole call costs over an executor that answers at once, beside one that is written by hand: `./dev bench`.
 *
 * - `calls` prints microseconds a call, and the ratio.
 * - `start` makes the first call of a process.
 * - `memory COUNT` makes so many calls, and prints the resident memory on the way.
 */
object CallBench {
    @JvmStatic
    fun main(args: Array<String>) {
        when (args[0]) {
            "calls" -> calls()
            "start" -> start()
            "memory" -> memory(args[1].toInt())
        }
    }

    // Nothing else is made before it is needed: the start of a process is measured too. It has what each of these calls is
    // answered with: to put in what is missing is no usual call.
    private val created = HttpResponse(
        200,
        """{"code":0,"data":{"user_count":2,"display_user_count":2,"room_id":"17061588001234","admin_code":"ag2pzc","teacher_code":"ag2pzc","student_code":"3xnv7e"},"msg":"","ts":1501572288}"""
            .encodeToByteArray(),
    )

    private val report by lazy { HttpResponse(200, rows(1000)) }

    /** As `core/benches/core.rs` has it: 400 kB, with the numbers as strings. */
    private fun rows(count: Int): ByteArray {
        fun two(number: Int) = "%02d".format(number)
        val rows = (0 until count).joinToString(",") { row ->
            val (hour, minute, second) = listOf(two(row % 24), two(row % 60), two(row % 59))
            """{"date":"2023-06-01","user_number":"${1_603_866_936_490_000 + row}","user_name":"学员${"%04d".format(row)}号同学","user_role":"${row % 3}",""" +
                """"first_time":"2023-06-01 $hour:$minute:$second","last_time":"2023-06-01 $hour:$second:$minute",""" +
                """"first_heartbeat_time":"2023-06-01 $hour:$minute:00","last_heartbeat_time":"2023-06-01 $hour:$minute:59",""" +
                """"actual_listen_time":"${3000 + row}","user_ip":"118.212.${row % 250}.${row % 200}","area":"北京市","city":"海淀区",""" +
                """"network_operator":"电信","group_id":"${row % 9}","client_type":"${row % 7}","is_audition":"${row % 2}"}"""
        }
        return """{"code":0,"data":{"total":"$count","room_user_info":[$rows]},"msg":"","ts":1685351247}""".encodeToByteArray()
    }

    private fun client(answer: HttpResponse) =
        Client("demo", "12345678", KEY) {
            http = HttpExecutor { answer }
            quota = Quota.NONE
            operationQuota = false
        }

    private fun calls() {
        val hand = Hand(created)
        val ours = client(created)
        val rooms = client(report)
        val handRooms = Hand(report)
        repeat(2) {
            compare("1 parameter", 10_000, { hand.userCount(17061588001234) }, { ours.live.getUserCount(17061588001234) })
            compare("5 parameters", 10_000, { hand.create() }, { create(ours) })
            compare("12 parameters", 10_000, { hand.createMore() }, { createMore(ours) })
            compare("a report of 1,000 rows", 100, { handRooms.report() }, { rooms.roomData.exportLiveReport(17061588001234).page() })
        }
    }

    private suspend fun create(client: Client) =
        client.room.create("高一数学 第一课", 1893456000, 1893459600) {
            maxUsers = 100
            preEnterTime = 1800
        }

    private suspend fun createMore(client: Client) =
        client.room.create("高一数学 第一课", 1893456000, 1893459600) {
            maxUsers = 100
            preEnterTime = 1800
            type = 2
            isLongTerm = false
            enableShare = 1
            speakCameraTurnon = 1
            templateName = "triple"
            isPushLive = false
            isVideoMain = 1
        }

    private fun compare(what: String, count: Int, hand: suspend () -> Any?, ours: suspend () -> Any?): Unit =
        runBlocking(Dispatchers.Default) {
            val times = longArrayOf(Long.MAX_VALUE, Long.MAX_VALUE)
            // In turn, so that both have the same neighbours; of each the least.
            repeat(20) {
                listOf(hand, ours).forEachIndexed { index, call ->
                    val began = System.nanoTime()
                    repeat(count) { check(call() != null) }
                    times[index] = minOf(times[index], System.nanoTime() - began)
                }
            }
            val (byHand, byUs) = times.map { it / 1e3 / count }
            println("%-24s by hand %8.1f µs, ours %8.1f µs: %.2f times".format(what, byHand, byUs, byUs / byHand))
        }

    private fun start() {
        runBlocking { check(create(client(created)).roomId != null) }
        println("ok")
    }

    private fun memory(count: Int) {
        val client = client(created)
        runBlocking {
            for (call in 1..count) {
                create(client)
                if (call % (count / 8) == 0) println("$call calls: ${resident() / 1024} MB")
            }
        }
    }

    private fun resident(): Long =
        java.io.File("/proc/self/status").readLines().first { it.startsWith("VmRSS") }.filter(Char::isDigit).toLong()

    /** The same calls as a project writes them that needs no more than these. */
    private class Hand(private val answer: HttpResponse) {
        private val json = Json { ignoreUnknownKeys = true }
        private val room = Envelope.serializer(Room.serializer())
        private val report = Envelope.serializer(Report.serializer())

        suspend fun userCount(roomId: Long) = call("live/getUserCount", mapOf("room_id" to "$roomId"), room)

        suspend fun create() = call("room/create", basic, room)

        suspend fun createMore() = call("room/create", basic + more, room)

        suspend fun report() = call("room_data/exportLiveReport", mapOf("room_id" to "17061588001234"), report)

        private val basic = mapOf(
            "title" to "高一数学 第一课", "start_time" to "1893456000", "end_time" to "1893459600", "max_users" to "100", "pre_enter_time" to "1800",
        )
        private val more = mapOf(
            "type" to "2", "is_long_term" to "0", "enable_share" to "1", "speak_camera_turnon" to "1", "template_name" to "triple",
            "is_push_live" to "0", "is_video_main" to "1",
        )

        private suspend fun <T> call(path: String, params: Map<String, String>, type: KSerializer<Envelope<T>>): T? {
            val all = TreeMap(params)
            all["partner_id"] = "12345678"
            all["timestamp"] = (System.currentTimeMillis() / 1000).toString()
            val text = all.entries.joinToString("&") { "${it.key}=${it.value}" } + "&partner_key=" + KEY
            all["sign"] = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.toByteArray()))
            val form = all.entries.joinToString("&") { "${it.key}=${URLEncoder.encode(it.value, Charsets.UTF_8)}" }
            val answered = send("https://demo.at.baijiayun.com/openapi/$path", form.toByteArray())
            check(answered.status == 200)
            val envelope = json.decodeFromString(type, answered.body.decodeToString())
            check(envelope.code == 0) { envelope.msg }
            return envelope.data
        }

        private suspend fun send(url: String, form: ByteArray): HttpResponse {
            check(url.isNotEmpty() && form.isNotEmpty())
            kotlin.coroutines.coroutineContext
            return answer
        }
    }

    @Serializable
    private class Envelope<T>(val code: Int, val msg: String = "", val data: T? = null)

    @Serializable
    private class Room(val room_id: String, val admin_code: String = "", val teacher_code: String = "", val student_code: String = "")

    @Serializable
    private class Report(val total: String, val room_user_info: List<Row>)

    @Serializable
    private class Row(
        val date: String,
        val user_number: String,
        val user_name: String,
        val user_role: String,
        val first_time: String,
        val last_time: String,
        val first_heartbeat_time: String,
        val last_heartbeat_time: String,
        val actual_listen_time: String,
        val user_ip: String,
        val area: String,
        val city: String,
        val network_operator: String,
        val group_id: String,
        val client_type: String,
        val is_audition: String,
    )
}
