package dev.gantry.controller.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.http.StreamHandler;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /_gantry/v1/events}: one JSON object per event, {@code {"number": ..., "event": {...}}}, and more as they come if
 * asked to follow. With {@code after=NUMBER} it goes on after an event, and says first how many it cannot tell any more:
 * {@code {"missed": ...}}. Any controller answers.
 */
final class EventStream implements StreamHandler {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TAIL = 50;

    private final Admission admission;
    private final Store store;
    private final Events events;

    EventStream(Admission admission, Store store, Events events) {
        this.admission = admission;
        this.store = store;
        this.events = events;
    }

    @Override
    public void handle(HttpRequest request, ResponseStream stream) throws InterruptedException, ClientGoneException {
        Events.Wanted wanted;
        long from;
        boolean follows;
        try {
            admission.admit(request);
            Target target = Target.of(request);
            wanted = new Events.Wanted(target.text("cluster"), target.text("type"), target.number("sinceMs", 0));
            from = from(target, wanted);
            follows = target.flag("follow");
        } catch (RuntimeException e) {
            stream.answer(Answers.refusal(e));
            return;
        }
        stream.begin(200, Headers.of("Content-Type", "application/x-ndjson"));
        Semaphore news = new Semaphore(1);
        try (Store.Subscription _ = store.subscribe((_, changes) -> {
            if (changes.stream().anyMatch(events::tells)) {
                news.release();
            }
        })) {
            do {
                news.acquire();
                news.drainPermits();
                from = copy(stream, from, wanted);
            } while (follows);
        }
    }

    private long from(Target target, Events.Wanted wanted) {
        Snapshot snapshot = store.snapshot();
        long all = wanted.sinceMs() > 0 ? Long.MAX_VALUE : TAIL;
        long newest = events.newest(snapshot, wanted, target.number("tail", all));
        return target.text("after").isEmpty() ? newest : target.number("after", 0) + 1;
    }

    /** Everything there is from a number on. */
    private long copy(ResponseStream stream, long from, Events.Wanted wanted)
            throws InterruptedException, ClientGoneException {
        Snapshot snapshot = store.snapshot();
        long oldest = events.oldest(snapshot);
        if (oldest > from) {
            line(stream, JSON.createObjectNode().put("missed", oldest - from));
        }
        long number = Math.max(from, oldest);
        while (number < events.next(snapshot)) {
            Events.Part part = events.read(snapshot, number, wanted);
            for (Events.Told told : part.events()) {
                ObjectNode line = JSON.createObjectNode().put("number", told.number());
                line.set("event", told.envelope());
                line(stream, line);
            }
            number = part.next();
        }
        return number;
    }

    private static void line(ResponseStream stream, ObjectNode line) throws InterruptedException, ClientGoneException {
        stream.write((line + "\n").getBytes(UTF_8));
    }
}
