package baijiayun.testing

import baijiayun.BlockingClient
import baijiayun.Client
import baijiayun.OnTheJvm
import baijiayun.Settings
import baijiayun.jsonOf
import baijiayun.none
import baijiayun.nothing
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.time.Duration
import java.time.Instant
import java.util.concurrent.TimeUnit
import java.util.function.Consumer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject

/**
 * A double of the service that runs on this machine, with an account of its own: the program `bjy`, from the PATH or from the
 * variable BJY. It ends with [close], and with this process.
 *
 * What a method is given and the mock does not take is an [IllegalArgumentException] that says what.
 */
@OnTheJvm
class Mock private constructor(private val process: Process, about: JsonObject) : AutoCloseable {
    /** Its address, which stands for the domain of its account. */
    val url: String = about.text("url")

    /** The id of its account. */
    val partnerId: String = about.text("partner_id")

    /** The key of its account. */
    val partnerKey: String = about.text("partner_key")

    private val end = Thread(process::destroy).also(Runtime.getRuntime()::addShutdownHook)

    private val http by lazy { HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).proxy(HttpClient.Builder.NO_PROXY).build() }

    /** A client of its account. */
    fun client(settings: Settings.() -> Unit = nothing): Client = Client(url, partnerId, partnerKey, settings)

    /** A client of its account, for Java. */
    @JvmOverloads
    fun blockingClient(settings: Consumer<in Settings> = none): BlockingClient =
        BlockingClient(client { settings.accept(this) })

    /** The requests so far, the last 10,000 at most, the oldest first. */
    fun received(): List<Received> = (ask("GET", "requests") as JsonArray).map { Received(it.jsonObject) }

    /** Forgets the requests and the callbacks so far. */
    fun forget() {
        ask("DELETE", "requests")
        ask("DELETE", "callbacks")
    }

    /**
     * What operations answer from now on, besides what was given before; with null they answer by themselves again.
     *
     * ```
     * mock.answers(mapOf("room.list" to mapOf("code" to 2002, "msg" to "账号权限错误"), "room.info" to listOf(mapOf("status" to 502), emptyMap())))
     * ```
     *
     * @param given By the operation one answer for each time, or a list of which each is given once. An answer has `data`, or a
     *   `code` with `msg`, or a `status` with `body`, or `drop` (true: the connection is cut); an empty one is the mock's own.
     */
    fun answers(given: Map<String, Any?>?) {
        if (given == null) ask("DELETE", "answers") else ask("POST", "answers", jsonOf("answers", given))
    }

    /** What goes wrong from now on, in place of what did before; nothing if nothing is set. Requests are counted anew. */
    @JvmOverloads
    fun misbehave(set: Consumer<in Behaviour> = none) {
        ask("POST", "misbehaviour", Behaviour().apply(set::accept).written())
    }

    /** The callbacks that were posted so far, or are about to be, the oldest first. */
    fun posted(): List<Posted> = deliveries().map(::Posted)

    /**
     * Posts a callback as the service would, signed, to the address that was set for it (`client.liveAccount.setClassCallbackUrl`,
     * `client.videoAccount.setTranscodeCallbackUrl`), and waits for the answer. Without an address it is returned only.
     *
     * @param name Which it is: see [baijiayun.CallbackName].
     * @param fields By the names of the wire. Those that are not given are those of the printed example.
     */
    @JvmOverloads
    fun trigger(name: String, fields: Map<String, Any?> = emptyMap()): Posted {
        val made = ask("POST", "callbacks", jsonOf("trigger", mapOf("name" to name, "fields" to fields))).jsonObject
        // It is over when what was posted by then was answered.
        advance(Duration.ZERO)
        val id = made.getValue("id")
        return Posted(deliveries().firstOrNull { it["id"] == id && made.text("url").isNotEmpty() } ?: made)
    }

    /** The mock's time, in whole seconds. */
    fun now(): Instant = Instant.ofEpochSecond(ask("GET", "clock").jsonObject.number("now"))

    /**
     * Sets the mock's clock forward. What becomes due by that has happened when it is over: videos are transcoded, callbacks that
     * were not taken are posted again, and answered.
     *
     * @param by 100 years at most, and not below zero.
     */
    fun advance(by: Duration) {
        val seconds = by.seconds.toBigDecimal() + by.nano.toBigDecimal().movePointLeft(NANO_DIGITS)
        ask("POST", "clock", jsonOf("advance", mapOf("advance" to seconds)))
    }

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
        try {
            Runtime.getRuntime().removeShutdownHook(end)
        } catch (_: IllegalStateException) {
            // This process ends already.
        }
    }

    override fun toString(): String = "Mock($url)"

    private fun deliveries(): List<JsonObject> = (ask("GET", "callbacks") as JsonArray).map { it.jsonObject }

    /** What the paths under `/_mock` answer. */
    private fun ask(method: String, path: String, body: String? = null): JsonElement {
        val sent = if (body == null) HttpRequest.BodyPublishers.noBody() else HttpRequest.BodyPublishers.ofString(body)
        val answer = http.send(HttpRequest.newBuilder(URI("$url/_mock/$path")).method(method, sent).build(), BodyHandlers.ofString())
        val said = answer.body().ifEmpty { null }?.let(Json::parseToJsonElement) ?: JsonNull
        require(answer.statusCode() < REFUSED) { (said as? JsonObject)?.textOrNull("error") ?: "the mock answered $path with HTTP ${answer.statusCode()}" }
        return said
    }

    @OnTheJvm
    companion object {
        private const val NANO_DIGITS = 9
        private const val REFUSED = 400

        /** Where `bjy` is; null if it is nowhere. */
        @JvmStatic
        val program: File?
            get() {
                val places = System.getenv("PATH").orEmpty().split(File.pathSeparator).flatMap { listOf(File(it, "bjy"), File(it, "bjy.exe")) }
                return (listOfNotNull(System.getenv("BJY")?.let(::File)) + places).firstOrNull(File::canExecute)
            }

        /** Starts one with these options (`bjy mock --help` lists them) on a free port. */
        @JvmStatic
        fun start(vararg options: String): Mock {
            val program = checkNotNull(program) { "the program bjy is neither in the variable BJY nor on the PATH: cargo install --path cli, or pip install bjy once it is published" }
            val process = ProcessBuilder(program.path, "mock", "--json", "--port", "0", *options)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val line = process.inputStream.bufferedReader().readLine() ?: error("bjy mock ended with ${process.waitFor()}")
            return Mock(process, Json.parseToJsonElement(line).jsonObject)
        }
    }
}
