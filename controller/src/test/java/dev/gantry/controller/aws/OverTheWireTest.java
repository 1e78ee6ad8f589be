package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.http.Edge;
import dev.gantry.controller.http.EdgeOptions;
import dev.gantry.controller.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Requests as botocore put them on the wire, through the edge and the front door. */
class OverTheWireTest {

    @TestFactory
    Stream<DynamicTest> answersBotocoresOwnRequests() throws IOException {
        return goldens()
                .filter(golden -> golden.path("name").asText().contains("ECS call"))
                .filter(golden -> golden.path("token").isNull())
                .map(golden -> DynamicTest.dynamicTest(
                        golden.path("name").asText(),
                        () -> assertThat(sent(golden))
                                .startsWith("HTTP/1.1 200 ")
                                .contains("\r\nContent-Type: application/x-amz-json-1.1\r\n")
                                .contains("\r\nx-amzn-RequestId: id-1\r\n")
                                .contains("\r\nDate: ")
                                .endsWith("\r\n\r\n{}")));
    }

    @Test
    void refusesARequestForAServiceThatIsNotThere() throws Exception {
        JsonNode golden = goldens()
                .filter(candidate -> candidate.path("name").asText().contains("another service"))
                .findFirst()
                .orElseThrow();
        assertThat(sent(golden))
                .startsWith("HTTP/1.1 404 ")
                .contains("\r\nx-amzn-errortype: UnknownOperationException\r\n");
    }

    private static String sent(JsonNode golden) throws Exception {
        StringBuilder request = new StringBuilder(
                golden.path("method").asText() + " " + golden.path("target").asText() + " HTTP/1.1\r\n");
        for (JsonNode header : golden.path("headers")) {
            request.append(header.get(0).asText())
                    .append(": ")
                    .append(header.get(1).asText())
                    .append("\r\n");
        }
        request.append("Connection: close\r\n\r\n").append(golden.path("body").asText());
        Routes routes = new Routes().answer("/*", Door.signed().frontDoor);
        try (Edge edge = new Edge(EdgeOptions.plain("127.0.0.1", 0), routes, () -> "edge-1")) {
            edge.start();
            try (Socket socket = new Socket("127.0.0.1", edge.port())) {
                socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    private static Stream<JsonNode> goldens() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(OverTheWireTest.class.getResourceAsStream("/sigv4/goldens.json"))) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false);
        }
    }
}
