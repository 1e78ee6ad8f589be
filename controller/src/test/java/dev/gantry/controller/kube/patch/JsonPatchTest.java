package dev.gantry.controller.kube.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import org.junit.jupiter.api.Test;

class JsonPatchTest {

    @Test
    void leavesTheDocumentAloneWhenATestFails() {
        JsonNode live = json("{\"a\":1}");
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(
                        () -> JsonPatch.apply(
                                live,
                                json(
                                        "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2},{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]")))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.INVALID))
                .withMessageContaining("testing value /a failed");
        assertThat(live).isEqualTo(json("{\"a\":1}"));
    }

    @Test
    void refusesAPathThatIsNotThere() {
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> JsonPatch.apply(json("{}"), json("[{\"op\":\"remove\",\"path\":\"/a/b\"}]")))
                .withMessageContaining("/a/b");
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() ->
                        JsonPatch.apply(json("{\"a\":[1]}"), json("[{\"op\":\"add\",\"path\":\"/a/3\",\"value\":2}]")));
    }

    @Test
    void refusesWhatIsNoOperation() {
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> JsonPatch.apply(json("{}"), json("[{\"op\":\"guess\",\"path\":\"/a\"}]")))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.BAD_REQUEST));
        assertThatExceptionOfType(KubeRefusal.class).isThrownBy(() -> JsonPatch.apply(json("{}"), json("{}")));
    }

    private static JsonNode json(String text) {
        try {
            return JsonMapper.builder().build().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
