import baijiayun.BlockingClient;
import baijiayun.CallEvent;
import baijiayun.Callback;
import baijiayun.CallbackName;
import baijiayun.ClassEventCallback;
import baijiayun.PostedCallback;
import baijiayun.RoomDeletedException;
import baijiayun.UploadFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an app does, shrunk: it creates, parses a callback, uploads and meets an error, beside the double of the service. */
public final class App {
    public static void main(String[] args) throws Exception {
        Process process = new ProcessBuilder(args[0], "mock", "--json", "--port", "0").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String about = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
            List<CallEvent> events = new ArrayList<>();
            BlockingClient client = BlockingClient.builder().domain(text(about, "url")).partnerId(text(about, "partner_id"))
                .partnerKey(text(about, "partner_key")).settings(settings -> settings.onEvent(events::add)).build();
            long room = client.getRoom().create("第一课", 1893456000L, 1893459600L).getRoomId();
            check(client.getRoom().list().iterator().next().getRoomId() == room);
            PostedCallback posted = client.getCallbacks().signed(
                CallbackName.CLASS_EVENT, Map.of("room_id", room, "op", "start", "op_time", "2026-11-28 08:00:00"));
            Callback callback = client.getCallbacks().parse(posted.getBody(), posted.getContentType());
            check(((ClassEventCallback) callback).getData().getOp().equals("start"));
            File file = File.createTempFile("lesson", ".mp4");
            java.nio.file.Files.write(file.toPath(), new byte[100_000]);
            check(client.upload(new UploadFile(file.toPath()), List.of(16L)).getVideoId() > 0);
            file.delete();
            client.getRoom().delete(room);
            try {
                client.getRoom().info(room);
                check(false);
            } catch (RoomDeletedException error) {
                check(error.getCode() == 3002);
            }
            check(!events.isEmpty());
            System.out.println("the app works");
        } finally {
            process.destroy();
        }
    }

    private static void check(boolean holds) {
        if (!holds) throw new AssertionError();
    }

    private static String text(String json, String name) {
        String begin = "\"" + name + "\":\"";
        int from = json.indexOf(begin) + begin.length();
        return json.substring(from, json.indexOf('"', from));
    }
}
