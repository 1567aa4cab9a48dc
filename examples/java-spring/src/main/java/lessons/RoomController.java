package lessons;

import baijiayun.ApiException;
import baijiayun.BlockingClient;
import baijiayun.InvalidParametersException;
import baijiayun.RoomCreateResult;
import baijiayun.RoomListItem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Rooms, and links into them. */
@RestController
@RequestMapping("/rooms")
class RoomController {
    record NewRoom(String title, Instant start, Instant end) {}

    /** Ids are texts for browsers: JavaScript's numbers lose their last digits. */
    record Room(String id, String title, Instant start) {}

    private final BlockingClient client;

    RoomController(BlockingClient client) {
        this.client = client;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Room create(@RequestBody NewRoom room) {
        RoomCreateResult made = client.getRoom().create(room.title(), room.start(), room.end());
        return new Room(String.valueOf(made.getRoomId()), room.title(), room.start());
    }

    @GetMapping
    List<Room> list() {
        return client.getRoom().list().stream().map(RoomController::shown).toList();
    }

    private static Room shown(RoomListItem room) {
        return new Room(String.valueOf(room.getRoomId()), room.getTitle(), room.getStartTimeInstant());
    }

    /** A link that lets one student in. Whoever has it is that student, so that your own login belongs before this. */
    @GetMapping("/{id}/link")
    Map<String, String> link(@PathVariable long id, @RequestParam String user, @RequestParam String name) {
        return Map.of("url", client.getLinks().enterRoom(id, user, name));
    }

    @ExceptionHandler(InvalidParametersException.class)
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    Map<String, String> refused(InvalidParametersException error) {
        return Map.of("error", error.getDetails().getMessage());
    }

    @ExceptionHandler(ApiException.class)
    @ResponseStatus(HttpStatus.BAD_GATEWAY)
    Map<String, String> failed(ApiException error) {
        return Map.of("error", error.getKind().getWireName());
    }
}
