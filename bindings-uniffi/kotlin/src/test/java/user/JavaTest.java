package user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import baijiayun.BlockingClient;
import baijiayun.BlockingUploadAddresses;
import baijiayun.BlockingUploader;
import baijiayun.CallEvent;
import baijiayun.HttpResponse;
import baijiayun.InterruptedCallException;
import baijiayun.RoomCreateResult;
import baijiayun.RoomListItem;
import baijiayun.Settings;
import baijiayun.SigningException;
import baijiayun.UploadAddress;
import baijiayun.UploadFile;
import baijiayun.UploadSettings;
import baijiayun.UploadedVideo;
import baijiayun.VideoGetUploadUrlResult;
import baijiayun.testing.Mock;
import baijiayun.testing.MockExtension;
import baijiayun.testing.Posted;
import baijiayun.testing.Received;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The package as Java uses it: this is in no package of ours. */
@ExtendWith(MockExtension.class)
class JavaTest {
    private static final byte[] ROOM =
        "{\"code\":0,\"data\":{\"room_id\":\"17\"},\"msg\":\"\",\"ts\":7}".getBytes(StandardCharsets.UTF_8);

    private static BlockingClient client(Consumer<Settings> settings) {
        return BlockingClient.builder().domain("demo").partnerId("1").partnerKey("any").settings(settings).build();
    }

    @Test
    void callsTheService(Mock mock) {
        try (BlockingClient client = mock.blockingClient()) {
            Instant start = Instant.ofEpochSecond(1893456000);
            RoomCreateResult room = client.getRoom().create("第一课", start, start.plusSeconds(3600), params -> params.setMaxUsers(100L));
            List<Long> ids = new ArrayList<>();
            for (RoomListItem row : client.getRoom().list()) {
                ids.add(row.getRoomId());
                assertEquals(start, row.getStartTimeInstant());
            }
            assertEquals(List.of(room.getRoomId()), ids);
            assertEquals(ids, client.getRoom().list().stream().map(RoomListItem::getRoomId).toList());
            assertTrue(client.getLinks().enterRoom(room.getRoomId(), "7", "张三").startsWith("http"));
            Object data = client.call("room.list", Map.of("limit", 1)).getPlain();
            assertEquals(1L, ((Map<?, ?>) data).get("total"));
            assertEquals(room.getRoomId(), room.toMap().get("room_id"));
        }
    }

    @Test
    void mocksAreAskedAndTold(Mock mock) {
        BlockingClient client = mock.blockingClient(settings -> settings.setAttempts(1));
        mock.misbehave(faults -> faults.setErrorsEvery(1));
        assertThrows(baijiayun.BaijiayunException.class, () -> client.getRoom().list().page());
        mock.misbehave();
        mock.answers(Map.of("room.list", Map.of("data", Map.of("list", List.of(), "total", 7))));
        assertEquals(7L, client.getRoom().list().page().getTotal());
        mock.answers(null);
        assertEquals(List.of("misbehaved", "accepted"), mock.received().stream().map(Received::getVerdict).toList());
        Posted posted = mock.trigger("class_event", Map.of("op", "end"));
        assertEquals("class_event", client.getCallbacks().parse(posted.getBody().getBytes(StandardCharsets.UTF_8), posted.getContentType()).getName());
        Instant before = mock.now();
        mock.advance(Duration.ofHours(1));
        assertTrue(!mock.now().isBefore(before.plusSeconds(3600)));
    }

    @Test
    void executorsThatBlockAndThatPromise() {
        HttpResponse answer = new HttpResponse(200, ROOM, Map.of("Retry-After", List.of("1")));
        assertEquals("1", answer.getRetryAfter());
        List<CallEvent.Kind> told = new ArrayList<>();
        for (Consumer<Settings> settings : List.<Consumer<Settings>>of(
            with -> with.blockingHttp(request -> answer),
            with -> with.asyncHttp(request -> CompletableFuture.supplyAsync(() -> answer)))) {
            BlockingClient client = client(with -> {
                settings.accept(with);
                with.onEvent(event -> told.add(event.getKind()));
            });
            assertEquals(17L, client.getRoom().info(17).getRoomId());
        }
        assertEquals(List.of(CallEvent.Kind.REQUEST, CallEvent.Kind.ANSWER, CallEvent.Kind.DONE), told.subList(0, 3));
        BlockingClient failing = client(with -> {
            with.setAttempts(1);
            with.blockingHttp(request -> {
                throw new IOException("cut");
            });
        });
        assertThrows(baijiayun.TransportException.class, () -> failing.getRoom().info(17));
        BlockingClient broken = client(with -> {
            with.setAttempts(1);
            with.asyncHttp(request -> CompletableFuture.failedFuture(new java.net.ConnectException("refused")));
        });
        assertThrows(baijiayun.ConnectException.class, () -> broken.getRoom().info(17));
    }

    @Test
    void storesAndSigners() {
        AtomicReference<String> script = new AtomicReference<>();
        for (Consumer<Settings> settings : List.<Consumer<Settings>>of(
            with -> with.blockingStore((text, keys, args) -> {
                script.set(text);
                return 0L;
            }),
            with -> with.asyncStore((text, keys, args) -> CompletableFuture.completedFuture(0L)))) {
            BlockingClient client = client(with -> {
                settings.accept(with);
                with.blockingHttp(request -> new HttpResponse(200, ROOM));
            });
            assertEquals(17L, client.getRoom().info(17).getRoomId());
        }
        assertTrue(script.get().contains("redis.call"));
        String signature = "5".repeat(32);
        for (Consumer<Settings> settings : List.<Consumer<Settings>>of(
            with -> with.blockingSigner(text -> signature), with -> with.asyncSigner(text -> CompletableFuture.completedFuture(signature)))) {
            BlockingClient client = BlockingClient.builder().domain("demo").partnerId("1").settings(settings)
                .settings(with -> with.blockingHttp(request -> {
                    assertTrue(new String(request.getBody().bytes(), StandardCharsets.UTF_8).endsWith(signature));
                    return new HttpResponse(200, ROOM);
                })).build();
            assertEquals(17L, client.getRoom().info(17).getRoomId());
        }
        BlockingClient refusing = BlockingClient.builder().domain("demo").partnerId("1")
            .settings(with -> with.asyncSigner(text -> CompletableFuture.failedFuture(new IOException("away")))).build();
        assertInstanceOf(IOException.class, assertThrows(SigningException.class, () -> refusing.getRoom().info(17)).getCause());
    }

    @Test
    void uploadsWithoutTheKey(Mock mock) throws Exception {
        BlockingClient server = mock.blockingClient();
        List<String> asked = new ArrayList<>();
        BlockingUploadAddresses addresses = new BlockingUploadAddresses() {
            @Override
            public UploadAddress uploadUrl() {
                asked.add("new");
                VideoGetUploadUrlResult made = server.getVideo().getUploadUrl("a.mp4", List.of(16L));
                return new UploadAddress(made.getVideoId(), made.getUploadUrl());
            }

            @Override
            public UploadAddress resumeUploadUrl(long videoId) throws IOException {
                asked.add("resume");
                throw new IOException("away");
            }
        };
        AtomicReference<Long> registered = new AtomicReference<>();
        UploadSettings settings = new UploadSettings();
        settings.onRegistered(registered::set);
        UploadFile file = new UploadFile(new byte[1000], "a.mp4");
        UploadedVideo video = new BlockingUploader().upload(file, addresses, settings);
        assertEquals(video.getVideoId(), registered.get());
        assertEquals(List.of("new"), asked);
    }

    @Test
    void byName(Mock mock) {
        BlockingClient client = mock.blockingClient();
        client.getRoom().create("第一课", 1893456000L, 1893459600L);
        assertEquals(1, client.pages("room.list", Map.of("limit", 1)).stream().count());
        assertTrue(client.request("room.list").getUrl().startsWith(mock.getUrl()));
    }

    @Test
    void interruptedThreads() throws InterruptedException {
        CountDownLatch sent = new CountDownLatch(1);
        CompletableFuture<HttpResponse> never = new CompletableFuture<>();
        BlockingClient client = client(with -> with.asyncHttp(request -> {
            sent.countDown();
            return never;
        }));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                client.getRoom().info(17);
            } catch (Throwable error) {
                thrown.set(error);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        sent.await();
        thread.interrupt();
        thread.join();
        assertInstanceOf(InterruptedCallException.class, thrown.get());
        assertTrue(flag.get() && never.isCancelled());
    }

    @Test
    void callbacks() {
        BlockingClient client = client(with -> with.blockingHttp(request -> new HttpResponse(200, ROOM)));
        assertThrows(baijiayun.CallbackException.class, () -> client.getCallbacks().parse(new byte[0], "application/json"));
        assertTrue(!client.getCallbacks().claim(null));
        assertEquals("", client.getRoom().info(17).getTitle());
    }
}
