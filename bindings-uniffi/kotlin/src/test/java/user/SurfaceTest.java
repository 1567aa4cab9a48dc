package user;

import static org.junit.jupiter.api.Assertions.assertEquals;

import baijiayun.BaijiayunException;
import baijiayun.BlockingClient;
import baijiayun.CallOptions;
import baijiayun.ErrorDetails;
import baijiayun.ErrorKind;
import baijiayun.Pages;
import baijiayun.RoomApi;
import baijiayun.RoomCreateParams;
import baijiayun.RoomInfoResult;
import baijiayun.Settings;
import baijiayun.UploadFile;
import baijiayun.UploadSettings;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Java, and libraries that look for properties, see of the package. */
class SurfaceTest {
    @Test
    void whatIsInternalIsNoProperty() {
        List<Class<?>> seen = List.of(
            BaijiayunException.class, BlockingClient.class, baijiayun.Client.class, CallOptions.class, ErrorDetails.class, ErrorKind.class, Pages.class, RoomApi.class,
            RoomCreateParams.class, RoomInfoResult.class, Settings.class, UploadFile.class, UploadSettings.class);
        List<String> shown = seen.stream().flatMap(type -> Arrays.stream(type.getMethods()))
            .filter(method -> !method.isSynthetic() && method.getName().matches("(get|set|is)\\w*\\$.*")).map(Method::toString).distinct().toList();
        assertEquals(List.of(), shown);
    }
}
