package baijiayun.testing

import baijiayun.BlockingClient
import baijiayun.Client
import baijiayun.OnTheJvm
import baijiayun.Settings
import java.io.File
import java.util.concurrent.TimeUnit
import java.util.function.Consumer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.extension.ParameterContext
import org.junit.jupiter.api.extension.ParameterResolver

/**
 * A double of the service that runs on this machine, with an account of its own: the program `bjy`, from the PATH or from the
 * variable BJY.
 */
@OnTheJvm
class Mock private constructor(private val process: Process, private val about: JsonObject) : AutoCloseable {
    /** Its address, which stands for the domain of its account. */
    val url: String = text("url")

    /** The id of its account. */
    val partnerId: String = text("partner_id")

    /** The key of its account. */
    val partnerKey: String = text("partner_key")

    private fun text(name: String) = about.getValue(name).jsonPrimitive.content

    /** A client of its account. */
    fun client(settings: Settings.() -> Unit = {}): Client = Client(url, partnerId, partnerKey, settings)

    /** A client of its account, for Java. */
    @JvmOverloads
    fun blockingClient(settings: Consumer<in Settings> = Consumer {}): BlockingClient =
        BlockingClient(client { settings.accept(this) })

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }

    override fun toString(): String = "Mock($url)"

    @OnTheJvm
    companion object {
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
            val program = checkNotNull(program) { "the program bjy is neither in the variable BJY nor on the PATH: pip install bjy, npm install -g bjy, or cargo install --path cli" }
            val process = ProcessBuilder(program.path, "mock", "--json", "--port", "0", *options)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start()
            val line = process.inputStream.bufferedReader().readLine() ?: error("bjy mock ended with ${process.waitFor()}")
            return Mock(process, Json.parseToJsonElement(line).jsonObject)
        }
    }
}

/**
 * Gives tests a [Mock] as a parameter, a new one for each test: `@ExtendWith(MockExtension.class)`. Without `bjy` they are
 * skipped, or fail if the variable BAIJIAYUN_MOCK_REQUIRED is set.
 */
@OnTheJvm
class MockExtension : ParameterResolver {
    override fun supportsParameter(parameter: ParameterContext, context: ExtensionContext): Boolean =
        parameter.parameter.type == Mock::class.java

    override fun resolveParameter(parameter: ParameterContext, context: ExtensionContext): Any {
        if (System.getenv("BAIJIAYUN_MOCK_REQUIRED") == null) {
            assumeTrue(Mock.program != null, "the program bjy, which doubles the service, is neither in BJY nor on the PATH")
        }
        val store = context.getStore(ExtensionContext.Namespace.create(MockExtension::class.java, context.uniqueId))
        return store.getOrComputeIfAbsent("mock", { Closing(Mock.start()) }, Closing::class.java).mock
    }

    // JUnit 5 and 6 close it at the end of the test.
    @Suppress("DEPRECATION")
    private class Closing(val mock: Mock) : ExtensionContext.Store.CloseableResource {
        override fun close() = mock.close()
    }
}
