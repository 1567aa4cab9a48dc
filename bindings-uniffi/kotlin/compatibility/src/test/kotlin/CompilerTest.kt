import baijiayun.CallOptions
import baijiayun.RoomDeletedException
import baijiayun.testing.Mock
import baijiayun.testing.MockExtension
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** The package as a project with this compiler sees it. */
@ExtendWith(MockExtension::class)
class CompilerTest {
    @Test
    fun `rooms`(mock: Mock): Unit =
        runBlocking {
            val client = mock.client { deadline = Duration.ofSeconds(20) }
            val start = Instant.ofEpochSecond(1893456000)
            val room = client.room.create("第一课", start, start.plusSeconds(3600)) { maxUsers = 100 }
            val id: Long = checkNotNull(room.roomId)
            assertEquals(listOf(id), client.room.list { limit = 10 }.items().toList().map { it.roomId })
            client.room.delete(id, CallOptions { attempts = 1 })
            assertThrows(RoomDeletedException::class.java) { runBlocking { client.room.info(id) } }
        }
}
