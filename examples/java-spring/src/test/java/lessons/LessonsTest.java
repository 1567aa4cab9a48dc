package lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import baijiayun.BlockingClient;
import baijiayun.CallbackName;
import baijiayun.PostedCallback;
import baijiayun.testing.Mock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class LessonsTest {
    private static Mock mock;

    @Autowired BlockingClient client;
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
    }

    @AfterAll
    static void close() {
        if (mock != null) {
            mock.close();
        }
    }

    @Test
    void aLesson() throws Exception {
        String room = "{\"title\":\"第一课\",\"start\":\"2030-01-01T00:00:00Z\",\"end\":\"2030-01-01T01:00:00Z\"}";
        HttpResponse<String> made = post("/rooms", "application/json", room.getBytes("UTF-8"));
        assertEquals(201, made.statusCode(), made.body());
        String id = made.body().replaceAll(".*\"id\":\"(\\d+)\".*", "$1");
        assertTrue(get("/rooms").contains("\"" + id + "\""));
        assertTrue(get("/rooms/" + id + "/link?user=7&name=a").contains("room_id=" + id));
        PostedCallback posted = client.getCallbacks().signed(
            CallbackName.CLASS_EVENT, Map.of("room_id", Long.valueOf(id), "op", "start", "op_time", "2026-11-28 08:00:00"));
        assertEquals(200, post("/callbacks", posted.getContentType(), posted.getBody()).statusCode());
        assertEquals(id + " start", get("/events/next"));
        // A nickname that would make a teacher's link of a student's.
        assertEquals(400, send(HttpRequest.newBuilder(at("/rooms/" + id + "/link?user=7&name=a%26user_role%3D1"))).statusCode());
    }

    private String get(String path) throws Exception {
        return send(HttpRequest.newBuilder(at(path))).body();
    }

    private HttpResponse<String> post(String path, String type, byte[] body) throws Exception {
        return send(HttpRequest.newBuilder(at(path)).header("content-type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
