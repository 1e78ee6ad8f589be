package dev.gantry.agent.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the engine with a deadline and turns its failures into ours. A socket to a hung engine knows no timeout of its own, so each call
 * has a virtual thread, whose interruption closes the connection.
 */
final class Deadlines {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Deadlines() {}

    static <T> T call(String what, Duration deadline, Supplier<T> call) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(call::get);
        Thread thread = Thread.ofVirtual().name("engine-" + what).start(task);
        try {
            return task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new EngineException(Kind.TIMEOUT, "the engine did not answer " + what + " within " + deadline, e);
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        } catch (ExecutionException e) {
            throw translate(e.getCause());
        }
    }

    static void run(String what, Duration deadline, Runnable call) throws InterruptedException {
        call(what, deadline, () -> {
            call.run();
            return true;
        });
    }

    static RuntimeException translate(@Nullable Throwable cause) {
        return switch (cause) {
            case EngineException e -> e;
            case NotFoundException e -> new EngineException(Kind.NOT_FOUND, message(e), e);
            case ConflictException e -> new EngineException(Kind.CONFLICT, message(e), e);
            case DockerException e -> new EngineException(kind(e.getHttpStatus()), message(e), e);
            case RuntimeException e -> {
                String root = root(e);
                yield root.isEmpty()
                        ? e
                        : new EngineException(Kind.UNREACHABLE, "the container engine cannot be reached: " + root, e);
            }
            case null, default -> new IllegalStateException(cause);
        };
    }

    private static Kind kind(int status) {
        return status >= 400 && status < 500 ? Kind.REFUSED : Kind.FAILED;
    }

    /** The input or output error at the bottom; empty when there is none and so it is a bug. */
    private static String root(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                String message = cause.getMessage();
                return message == null ? cause.getClass().getSimpleName() : message;
            }
        }
        return "";
    }

    /** The engine's words out of docker-java's: {@code Status 500: {"message":"..."}}. */
    private static String message(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage());
        int body = text.indexOf('{');
        if (body < 0) {
            return text.strip();
        }
        try {
            JsonNode message = JSON.readTree(text.substring(body)).path("message");
            return message.isMissingNode() ? text.strip() : message.asText().strip();
        } catch (JsonProcessingException _) {
            // Not the engine's usual form: its text is still the best there is.
            return text.strip();
        }
    }
}
