package app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import baijiayun.BlockingClient;
import baijiayun.Callback;
import baijiayun.CallbackName;
import baijiayun.Client;
import baijiayun.PostedCallback;
import baijiayun.spring.BaijiayunCallbackHandler;
import baijiayun.testing.Mock;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A running application, with what the starter gives it, beside the double of the service. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {"management.endpoints.web.exposure.include=health", "management.endpoint.health.show-details=always"})
class StarterTest {
    private static Mock mock;

    @SpringBootApplication
    static class App {
        final BlockingQueue<Callback> queue = new LinkedBlockingQueue<>();
        volatile Error fails;

        @Bean
        BaijiayunCallbackHandler handler() {
            return callback -> {
                if (fails != null) {
                    throw fails;
                }
                queue.put(callback);
            };
        }
    }

    @Autowired BlockingClient client;
    @Autowired Client coroutines;
    @Autowired MeterRegistry registry;
    @Autowired App app;
    @Value("${local.server.port}") int port;

    @DynamicPropertySource
    static void account(DynamicPropertyRegistry registry) {
        if (System.getenv("BAIJIAYUN_MOCK_REQUIRED") == null) {
            Assumptions.assumeTrue(Mock.getProgram() != null, "the program bjy, which doubles the service, is missing");
        }
        mock = Mock.start();
        registry.add("baijiayun.domain", mock::getUrl);
        registry.add("baijiayun.partner-id", mock::getPartnerId);
        registry.add("baijiayun.partner-key", mock::getPartnerKey);
        registry.add("baijiayun.callbacks.path", () -> "/bjy");
    }

    @AfterAll
    static void close() {
        if (mock != null) {
            mock.close();
        }
    }

    @Test
    void callsAreMadeAndTimed() {
        Instant start = Instant.now().plusSeconds(3600);
        long room = client.getRoom().create("第一课", start, start.plusSeconds(3600)).getRoomId();
        assertTrue(client.getRoom().list().stream().anyMatch(row -> row.getRoomId() == room));
        assertEquals(client.getClient(), coroutines);
        assertEquals(1, registry.get("baijiayun.calls").tag("operation", "room.create").tag("error", "none").timer().count());
    }

    @Test
    void healthAsksTheService() throws Exception {
        HttpResponse<String> health = send("/actuator/health", null, null);
        assertEquals(200, health.statusCode());
        assertTrue(health.body().contains("\"baijiayun\":{\"status\":\"UP\""), health.body());
    }

    @Test
    void callbacksAreTakenOnce() throws Exception {
        Map<String, Object> data = Map.of("room_id", 26112310000000L, "op", "start", "op_time", "2026-11-28 08:00:00");
        for (boolean json : List.of(true, false)) {
            PostedCallback posted = client.getCallbacks().signed(CallbackName.CLASS_EVENT, data, json);
            app.fails = new NoClassDefFoundError("the queue is not there");
            assertEquals(500, send("/bjy", posted.getBody(), posted.getContentType()).statusCode());
            app.fails = null;
            for (int time = 0; time < 2; time++) {
                HttpResponse<String> answer = send("/bjy", posted.getBody(), posted.getContentType());
                assertEquals(200, answer.statusCode());
                assertEquals("{\"code\":0,\"msg\":\"\"}", answer.body());
            }
            assertEquals("class_event", app.queue.take().getName());
            assertTrue(app.queue.isEmpty());
            byte[] forged = new String(posted.getBody()).replace("start", "stop!").getBytes();
            assertEquals(401, send("/bjy", forged, posted.getContentType()).statusCode());
        }
        assertEquals(413, send("/bjy", new byte[(1 << 20) + 1], "application/json").statusCode());
    }

    private HttpResponse<String> send(String path, byte[] body, String type) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (body != null) {
            request.header("content-type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
