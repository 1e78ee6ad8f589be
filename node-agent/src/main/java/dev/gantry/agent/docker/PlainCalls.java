package dev.gantry.agent.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.ImageReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Calls that are made without the library's own words for them, because those lose something. */
record PlainCalls(DockerHttpClient transport) {

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    /** The whole answer; the library would leave out what it does not know. */
    String get(String path) {
        Said said = send(DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.GET)
                .path(path)
                .build());
        return switch (said.status()) {
            case OK -> said.text();
            case NOT_FOUND ->
                throw new EngineException(Kind.NOT_FOUND, said.text().strip());
            default -> throw new EngineException(Kind.FAILED, said.text().strip());
        };
    }

    /** It goes as a whole: of what the library sends from a stream the engine (20.10) finds the end missing. */
    void importImage(String reference, byte[] tar) {
        ImageReference parts = ImageReference.parse(reference);
        Said said = send(DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.POST)
                .path("/images/create?fromSrc=-&repo=" + parts.name() + "&tag=" + parts.tag())
                .putHeader("Content-Type", "application/x-tar")
                .bodyBytes(tar)
                .build());
        if (said.status() != OK || said.text().contains("\"error\"")) {
            throw new EngineException(Kind.FAILED, said.text().strip());
        }
    }

    private record Said(int status, String text) {}

    private Said send(DockerHttpClient.Request request) {
        try (DockerHttpClient.Response response = transport.execute(request)) {
            return new Said(
                    response.getStatusCode(), new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
