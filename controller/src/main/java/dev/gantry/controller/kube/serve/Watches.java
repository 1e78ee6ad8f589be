package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.select.Selection;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.watch.Fanout;
import dev.gantry.controller.kube.watch.ObjectEvent;
import dev.gantry.controller.kube.watch.Watcher;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Streams what happens to the objects of one kind, one JSON document a line. */
final class Watches {

    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(60);

    private final Store store;
    private final Fanout fanout;
    private final Lists lists;
    private final InstantSource clock;

    Watches(Store store, Fanout fanout, Lists lists, InstantSource clock) {
        this.store = store;
        this.fanout = fanout;
        this.lists = lists;
        this.clock = clock;
    }

    void stream(Call call, ResponseStream stream) throws InterruptedException, ClientGoneException {
        Selection selection = Lists.selection(call);
        Optional<Tables.Form> table = Lists.table(call);
        Snapshot image = store.snapshot();
        long asked = call.query().number("resourceVersion").orElse(0);
        boolean isInitial = asked == 0 || call.query().flag("sendInitialEvents");
        if (isInitial && asked > image.revision()) {
            image = store.snapshotAt(asked);
        }
        long since = isInitial ? image.revision() : asked;
        Optional<Watcher> found = fanout.watch(call.target().named("").objectName(), since);
        stream.begin(200, Headers.of("Content-Type", "application/json", "Cache-Control", "no-cache, private"));
        Line line = new Line(call.target().type(), table, stream);
        if (found.isEmpty()) {
            line.fail(KubeRefusal.of(
                    Reason.EXPIRED,
                    "too old resource version: " + asked + " ("
                            + store.snapshot().revision() + ")"));
            return;
        }
        try (Watcher watcher = found.get()) {
            if (isInitial) {
                for (ObjectNode object : lists.select(image, call)) {
                    line.write("ADDED", object);
                }
                if (call.query().flag("sendInitialEvents")) {
                    line.bookmark(image.revision(), true);
                }
            }
            follow(call, watcher, selection, line);
        }
    }

    private void follow(Call call, Watcher watcher, Selection selection, Line line)
            throws InterruptedException, ClientGoneException {
        boolean wantsBookmarks = call.query().flag("allowWatchBookmarks");
        Duration longest = call.query().number("timeoutSeconds").isPresent()
                ? Duration.ofSeconds(call.query().number("timeoutSeconds").getAsLong())
                : LONGEST;
        Instant end = clock.instant().plus(longest);
        while (true) {
            Duration left = Duration.between(clock.instant(), end);
            if (left.isNegative() || left.isZero() || !isServed(call.target())) {
                return;
            }
            switch (watcher.next(left.compareTo(BOOKMARK_EVERY) < 0 ? left : BOOKMARK_EVERY)) {
                case Watcher.Item.Happened(ObjectEvent event) -> tell(event, selection, line);
                case Watcher.Item.Quiet(long revision) -> {
                    if (wantsBookmarks) {
                        line.bookmark(revision, false);
                    }
                }
                case Watcher.Item.Dropped() -> {
                    return;
                }
            }
        }
    }

    /** Whether the kind is still what it was when the watch began; if not, its client shall ask again. */
    private boolean isServed(Target.Objects target) {
        Optional<Custom> custom = target.type().custom();
        return custom.isEmpty()
                || store.snapshot()
                        .get(target.objectName().definition().key())
                        .filter(definition ->
                                definition.revision() == custom.get().revision())
                        .isPresent();
    }

    /** An object that stops to match is gone for this watcher, and one that begins to is new. */
    private static void tell(ObjectEvent event, Selection selection, Line line)
            throws InterruptedException, ClientGoneException {
        Optional<ObjectNode> before = event.before()
                .map(object -> Registries.drawn(line.type, object))
                .filter(selection::matches);
        Optional<ObjectNode> after =
                event.after().map(object -> Registries.drawn(line.type, object)).filter(selection::matches);
        if (after.isPresent()) {
            line.tell(event, before.isPresent() ? "MODIFIED" : "ADDED", after.get());
        } else if (before.isPresent()) {
            ObjectNode last = before.get().deepCopy();
            last.withObject("/metadata").put("resourceVersion", Long.toString(event.revision()));
            line.tell(event, "DELETED", last);
        }
    }

    /** Writes events in the form that the client asked for. */
    private final class Line {

        private final ResourceType type;
        private final Optional<Tables.Form> table;
        private final ResponseStream stream;
        private boolean isFirst = true;

        Line(ResourceType type, Optional<Tables.Form> table, ResponseStream stream) {
            this.type = type;
            this.table = table;
            this.stream = stream;
        }

        /** As {@link #write}, but encoded only by the first of all who tell the same. */
        void tell(ObjectEvent event, String word, ObjectNode object) throws InterruptedException, ClientGoneException {
            if (table.isPresent()) {
                write(word, object);
            } else {
                stream.write(event.encoded(word + " " + type.apiVersion(), () -> encoded(word, object)));
            }
        }

        void write(String event, ObjectNode object) throws InterruptedException, ClientGoneException {
            if (table.isEmpty()) {
                send(event, object);
                return;
            }
            ObjectNode meta = Json.object();
            meta.set("resourceVersion", object.at("/metadata/resourceVersion"));
            ObjectNode rows = Tables.of(table.get(), type, List.of(object), meta, clock.instant());
            if (!isFirst) {
                rows.putNull("columnDefinitions");
            }
            isFirst = false;
            send(event, rows);
        }

        /** As upstream, which refuses no watch that it has understood: clients look for it here. */
        void fail(KubeRefusal refusal) throws InterruptedException, ClientGoneException {
            send("ERROR", refusal.status());
        }

        void bookmark(long revision, boolean endsInitialEvents) throws InterruptedException, ClientGoneException {
            ObjectNode object = Json.object().put("kind", type.kind()).put("apiVersion", type.apiVersion());
            ObjectNode metadata = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
            metadata.putNull("creationTimestamp");
            if (endsInitialEvents) {
                metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
            }
            if (table.isPresent()) {
                ObjectNode meta = Json.object().put("resourceVersion", Long.toString(revision));
                send("BOOKMARK", Tables.of(table.get(), type, List.of(), meta, clock.instant()));
            } else {
                send("BOOKMARK", object);
            }
        }

        private void send(String event, ObjectNode object) throws InterruptedException, ClientGoneException {
            stream.write(encoded(event, object));
        }

        private static byte[] encoded(String event, ObjectNode object) {
            ObjectNode line = Json.object().put("type", event);
            line.set("object", object);
            byte[] json = Json.array(line);
            byte[] whole = Arrays.copyOf(json, json.length + 1);
            whole[json.length] = '\n';
            return whole;
        }
    }
}
