package dev.gantry.controller.kube.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths of definitions. */
class JsonPathTest {

    private static final JsonNode OBJECT = Json.read(ByteString.copyFromUtf8("""
        {"a": {"b.c": 1, "list": [{"t": "x", "v": 1}, {"t": "y", "v": 2}, {"t": "x", "v": 3}]}}\
        """));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        .a.b\\.c                       | [1]
        $.a['b.c']                    | [1]
        {.a.list[0].v}                | [1]
        .a.list[-1].v                 | [3]
        .a.list[1:].v                 | [2, 3]
        .a.list[0:2].v                | [1, 2]
        .a.list[*].t                  | ["x", "y", "x"]
        .a.list[?(@.t == "x")].v      | [1, 3]
        .a.list[?(@.t!='x')].v        | [2]
        .a.list[?(@.v==2)].t          | ["y"]
        .a.list[7].v                  | []
        .b.c.d                        | []
        """)
    void leadsToValues(String path, String values) {
        assertThat(JsonPath.parse(path).orElseThrow().read(OBJECT)).hasToString(values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "..a", ".a[", ".a[b]", ".a[?(@.b>1)]", ".a[]", ".a..b"})
    void whatIsNoPathIsSaidToBeNone(String path) {
        assertThat(JsonPath.parse(path)).isEmpty();
    }

    @Test
    void onlyMembersOfMembersAreAPointer() {
        assertThat(JsonPath.parse(".a.b/c").orElseThrow().pointer()).contains("/a/b~1c");
        assertThat(JsonPath.parse(".a[0]").orElseThrow().pointer()).isEmpty();
    }
}
