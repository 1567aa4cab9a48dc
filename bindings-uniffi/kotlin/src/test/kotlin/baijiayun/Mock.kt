package baijiayun

import java.io.File
import java.util.concurrent.TimeUnit
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assumptions.assumeTrue

/** `bjy mock`: a double of the service that runs on this machine, with an account of its own. */
class Mock private constructor(private val process: Process, private val about: JsonObject) : AutoCloseable {
    val url: String get() = about.text("url")

    fun client(key: String = about.text("partner_key"), settings: Settings.() -> Unit = {}): Client =
        Client(url, about.text("partner_id"), key, settings)

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }

    companion object {
        fun start(vararg options: String): Mock {
            val bjy = System.getenv("BJY")?.let(::File)
            if (System.getenv("BAIJIAYUN_MOCK_REQUIRED") == null) {
                assumeTrue(bjy != null && bjy.canExecute(), "the program bjy, which doubles the service, is not in BJY")
            }
            val process = ProcessBuilder(bjy!!.path, "mock", "--json", "--port", "0", *options)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val line = process.inputStream.bufferedReader().readLine() ?: error("bjy mock ended with ${process.waitFor()}")
            return Mock(process, Json.parseToJsonElement(line).jsonObject)
        }
    }
}
