package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Reads answers that are not what was hoped for. */
final class Answers {

    private static final int TEXT_MAX = 500;

    private Answers() {}

    /** An error of AWS ({@code __type}, {@code message}) or of our own API ({@code error}, {@code message}). */
    static ApiException refusal(String operation, HttpResponse<?> response, byte[] body) {
        JsonNode error = tree(body);
        String type = error.path("__type").asText(error.path("error").asText(""));
        String code = type.substring(type.lastIndexOf('#') + 1);
        String text = new String(body, 0, Math.min(body.length, TEXT_MAX), StandardCharsets.UTF_8);
        return new ApiException(
                operation,
                code.isEmpty() ? "HTTP " + response.statusCode() : code,
                error.path("message").asText(error.path("Message").asText(error.isMissingNode() ? text : "")),
                response.statusCode(),
                response.headers().firstValue("x-amzn-requestid").orElse(""));
    }

    static Failure broken(String operation, IOException e) {
        return new Failure(
                Exit.ERROR,
                operation + " got no whole answer",
                String.valueOf(e.getMessage()),
                "try again; the server's log says more");
    }

    /** Missing where it is not JSON. */
    static JsonNode tree(byte[] body) {
        try {
            return new ObjectMapper().readTree(body);
        } catch (IOException e) {
            // Not JSON: a proxy's page, say. Its text is shown as it is.
            return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }
    }
}
