package dev.gantry.controller.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its one answer, whoever gives it first: the handler, a limit, or a deadline. */
final class Exchange {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);
    private static final long NO_TIMER = -1;
    private static final Duration LINGER = Duration.ofSeconds(1);

    private record Dated(long second, String text) {}

    private static volatile Dated dated = new Dated(Long.MIN_VALUE, "");

    private final HttpServerRequest request;
    private final String id;
    private final EdgeLimits limits;
    private final Connections connections;
    private final Vertx vertx;
    private final Context context;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicReference<@Nullable Thread> server = new AtomicReference<>();
    private Voice voice = new Voice() {};
    private Runnable tooSlow = () -> {};
    private long timer = NO_TIMER;
    private int halvesDone;

    /** Made on the event loop of the request's connection. */
    Exchange(HttpServerRequest request, String id, EdgeLimits limits, Connections connections) {
        this.request = request;
        this.id = id;
        this.limits = limits;
        this.connections = connections;
        this.context = Objects.requireNonNull(Vertx.currentContext(), "not on an event loop");
        this.vertx = context.owner();
    }

    String id() {
        return id;
    }

    boolean answered() {
        return answered.get();
    }

    /** Refusals are told in the words of the front end at the path. */
    void speakAs(Routes.Endpoint endpoint) {
        voice = endpoint.voice();
    }

    void expectBody() {
        timer = vertx.setTimer(limits.times().body().toMillis(), _ -> {
            tooSlow.run();
            refuseAndClose(Refusal.TOO_SLOW);
        });
    }

    void onTooSlow(Runnable action) {
        tooSlow = action;
    }

    void bodyCame() {
        stopTimer();
    }

    /** The request broke off: there is nobody to answer. */
    void clientGone() {
        answered.set(true);
        stopTimer();
    }

    void refuse(Refusal refusal) {
        answer(voice.refuse(refusal, id));
    }

    void refuseAndClose(Refusal refusal) {
        answerAndClose(voice.refuse(refusal, id));
    }

    /** For requests that have not been read to their end: what is left of them must not become the next request. */
    void answerAndClose(HttpResponse answer) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        stopTimer();
        // What the client still sends is read and dropped for a moment: closing at once would reset the connection,
        // and the client would lose the answer.
        request.endHandler(_ -> closeWhenDone());
        request.handler(_ -> {}).resume();
        vertx.setTimer(LINGER.toMillis(), _ -> request.connection().close());
        send(answer.with("Connection", "close"), this::closeWhenDone);
    }

    /** The client has sent everything and has been sent everything. */
    private void closeWhenDone() {
        if (++halvesDone == 2) {
            request.connection().close();
        }
    }

    /** @return whether this was the answer; if not, another one had been given before */
    boolean answer(HttpResponse answer) {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        context.runOnContext(_ -> {
            stopTimer();
            // A request for a socket waits unread; for all others this does nothing.
            request.resume();
            send(answer, this::ended);
        });
        return true;
    }

    /** @param done runs when the handler's thread has ended, whatever became of the answer */
    void serve(Routes.Endpoint endpoint, HttpRequest neutral, Runnable done) {
        if (endpoint instanceof Routes.Endpoint.Whole) {
            timer = vertx.setTimer(limits.times().answer().toMillis(), _ -> {
                if (answer(voice.refuse(Refusal.DEADLINE, id))) {
                    log.warn("request {} {} {} took too long", id, neutral.method(), neutral.path());
                    interruptServer();
                }
            });
        }
        Runnable work = switch (endpoint) {
            case Routes.Endpoint.Whole(Handler handler) -> () -> answerWhole(handler, neutral);
            case Routes.Endpoint.Streamed(StreamHandler handler) -> stream(handler, neutral);
            case Routes.Endpoint.Upgraded(SocketHandler handler, String protocol) -> socket(handler, protocol, neutral);
        };
        Thread thread = Thread.ofVirtual().name("request-" + id).unstarted(() -> {
            try {
                work.run();
            } finally {
                done.run();
            }
        });
        server.set(thread);
        thread.start();
    }

    void interruptServer() {
        Thread thread = server.get();
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void answerWhole(Handler handler, HttpRequest neutral) {
        HttpResponse answer;
        try {
            answer = handler.handle(neutral);
        } catch (InterruptedException _) {
            answer = handler.refuse(Refusal.DEADLINE, id);
        } catch (RuntimeException | Error e) {
            answer = failed(neutral, e);
        }
        answer(answer);
    }

    private Runnable stream(StreamHandler handler, HttpRequest neutral) {
        VertxStream stream = new VertxStream(
                this, context, request.response(), limits.times().write());
        return () -> {
            try {
                handler.handle(neutral, stream);
                stream.end();
            } catch (ClientGoneException | InterruptedException _) {
                stream.abort();
            } catch (RuntimeException | Error e) {
                if (!answer(failed(neutral, e))) {
                    stream.abort();
                }
            }
        };
    }

    private Runnable socket(SocketHandler handler, String protocol, HttpRequest neutral) {
        VertxSocket socket =
                new VertxSocket(this, context, request, protocol, limits.times().write());
        return () -> {
            try {
                handler.handle(neutral, socket);
                socket.close(1000, "");
            } catch (ClientGoneException | InterruptedException _) {
                socket.close(1001, "");
            } catch (RuntimeException | Error e) {
                if (!answer(failed(neutral, e))) {
                    socket.close(1011, "failed, request id " + id);
                }
            }
        };
    }

    private HttpResponse failed(HttpRequest neutral, Throwable failure) {
        log.error("request {} {} {} failed", id, neutral.method(), neutral.path(), failure);
        return voice.refuse(Refusal.FAILED, id);
    }

    /** The answer is not whole yet, but no other one can be given any more. */
    boolean begin() {
        return answered.compareAndSet(false, true);
    }

    void closeConnection() {
        context.runOnContext(_ -> request.connection().close());
    }

    void ended() {
        connections.idle(request.connection());
    }

    private void send(HttpResponse answer, Runnable sent) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        writeHead(response, answer.status(), answer.headers());
        byte[] body = answer.body().bytes();
        Future<Void> written = response.end(Buffer.buffer(body));
        if (written.isComplete()) {
            sent.run();
            return;
        }
        Runnable read = connections.unread(request.connection(), body.length);
        written.onComplete(_ -> {
            read.run();
            sent.run();
        });
    }

    static void writeHead(HttpServerResponse response, int status, Headers headers) {
        response.setStatusCode(status);
        response.putHeader("Date", date());
        for (Headers.Field field : headers.fields()) {
            response.headers().add(field.name(), field.value());
        }
    }

    /** As text, which is made once a second and not for every answer. */
    private static String date() {
        long second = System.currentTimeMillis() / 1_000;
        Dated known = dated;
        if (known.second() != second) {
            known = new Dated(
                    second,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.ofEpochSecond(second).atZone(ZoneOffset.UTC)));
            dated = known;
        }
        return known.text();
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
