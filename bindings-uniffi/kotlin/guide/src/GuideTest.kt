package guide

import baijiayun.testing.Mock
import baijiayun.testing.MockExtension
import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir

/** The programs of docs/kotlin.md run, beside the double of the service. */
@ExtendWith(MockExtension::class)
class GuideTest {
    @Test
    fun `all run`(mock: Mock, @TempDir configurations: File) {
        File(configurations, "baijiayun").apply { mkdir() }.resolve("config.toml").writeText(
            "[accounts.school]\ndomain = \"school\"\npartner_id = 87654321\npartner_key = \"of the school\"\n",
        )
        val programs = System.getProperty("java.class.path").split(File.pathSeparator).map(::File).filter(File::isDirectory)
            .flatMap { root -> root.walk().filter { it.extension == "class" && "$" !in it.name }.map { it.relativeTo(root).path } }
            .map { it.removeSuffix(".class").replace(File.separatorChar, '.') }
            .filter { it.startsWith("guide.") && it.count { dot -> dot == '.' } == 2 && !it.endsWith("Test") }.sorted()
        assertTrue(programs.size >= 15) { "$programs" }
        val java = File(System.getProperty("java.home"), "bin/java").path
        // One process for all: most of the time of each would be its start.
        val builder = ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "guide.Programs", *programs.toTypedArray())
        builder.environment() += mapOf(
            "BAIJIAYUN_DOMAIN" to mock.url, "BAIJIAYUN_PARTNER_ID" to mock.partnerId, "BAIJIAYUN_PARTNER_KEY" to mock.partnerKey,
            "XDG_CONFIG_HOME" to configurations.path,
        )
        val process = builder.redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readText()
        assertEquals(0, process.waitFor()) { said }
        assertTrue("no such room" in said && "26112310000000: start" in said && "DONE room.list 1" in said && "Client(school, 87654321)" in said) { said }
    }
}

/** Runs the programs that are named. */
object Programs {
    @JvmStatic
    fun main(args: Array<String>) {
        for (name in args) {
            println("== $name")
            Class.forName(name).getMethod("main", Array<String>::class.java).invoke(null, emptyArray<String>())
        }
    }
}
