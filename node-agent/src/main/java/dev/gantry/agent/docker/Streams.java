package dev.gantry.agent.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StreamType;
import dev.gantry.agent.engine.ContainerEngine.Patience;
import dev.gantry.agent.engine.ContainerEngine.Session;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.ImageReference;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Output;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The engine's calls that stream. Every feed is closed at the end, because each holds a thread of the library. */
final class Streams {

    private final String nodeId;
    private final DockerClient client;
    private final Duration deadline;

    Streams(String nodeId, DockerClient client, Duration deadline) {
        this.nodeId = nodeId;
        this.client = client;
        this.deadline = deadline;
    }

    void pull(String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress)
            throws InterruptedException {
        ImageReference image = ImageReference.parse(reference);
        PullImageCmd pull = client.pullImageCmd(image.name());
        // The engine takes a digest where it takes a tag.
        pull.withTag(image.digest().isEmpty() ? image.tag() : image.digest());
        credentials.ifPresent(given -> pull.withAuthConfig(new AuthConfig()
                .withUsername(given.getUsername())
                .withPassword(given.getPassword())
                .withRegistryAddress(image.registry())));
        AtomicReference<@Nullable String> error = new AtomicReference<>();
        try (Feed<PullResponseItem> feed = new Feed<>(item -> {
            if (item.isErrorIndicated()) {
                error.set(message(item));
            } else {
                progress.accept(Answers.orElse(item.getStatus(), ""));
            }
            return true;
        })) {
            pull.exec(feed);
            feed.awaitEndWhileLively("pulling " + reference, patience);
        }
        String failure = error.get();
        if (failure != null) {
            throw new EngineException(Kind.FAILED, failure);
        }
    }

    private static String message(ResponseItem item) {
        ResponseItem.ErrorDetail detail = item.getErrorDetail();
        String message = detail == null ? null : detail.getMessage();
        return Answers.orElse(message, "the pull failed");
    }

    void logs(String id, LogsRequest request, Output output) throws InterruptedException {
        LogContainerCmd logs = client.logContainerCmd(id)
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(request.getFollow())
                .withTimestamps(request.getTimestamps());
        if (request.getTail() >= 0) {
            logs.withTail(request.getTail());
        }
        if (request.getSinceMs() > 0) {
            logs.withSince(Math.toIntExact(request.getSinceMs() / 1000));
        }
        try (Feed<Frame> feed = new Feed<>(frame -> output.write(channel(frame), frame.getPayload()))) {
            logs.exec(feed);
            feed.awaitStart("logs", deadline);
            feed.awaitEnd();
        }
    }

    private static Output.Channel channel(Frame frame) {
        return frame.getStreamType() == StreamType.STDERR ? Output.Channel.STDERR : Output.Channel.STDOUT;
    }

    Session exec(String id, ExecRequest request, InputStream stdin, Output output) throws InterruptedException {
        String exec = Deadlines.call(
                "exec",
                deadline,
                () -> client.execCreateCmd(id)
                        .withAttachStdout(true)
                        .withAttachStderr(true)
                        .withAttachStdin(request.getStdin())
                        .withTty(request.getTerminal())
                        .withCmd(request.getCommandList().toArray(String[]::new))
                        .exec()
                        .getId());
        Feed<Frame> feed = new Feed<>(frame -> output.write(channel(frame), frame.getPayload()));
        var start = client.execStartCmd(exec).withDetach(false).withTty(request.getTerminal());
        if (request.getStdin()) {
            start.withStdIn(stdin);
        }
        start.exec(feed);
        return new Exec(exec, feed);
    }

    Session attach(String id, AttachRequest request, InputStream stdin, Output output) {
        Feed<Frame> feed = new Feed<>(frame -> output.write(channel(frame), frame.getPayload()));
        var attach = client.attachContainerCmd(id)
                .withFollowStream(true)
                .withStdOut(request.getStdout())
                .withStdErr(request.getStderr());
        if (request.getStdin()) {
            attach.withStdIn(stdin);
        }
        attach.exec(feed);
        return new Attachment(id, feed);
    }

    /** What flows between a client and a container until one of them ends it. */
    private abstract class Conversation implements Session {

        private final Feed<Frame> feed;

        Conversation(Feed<Frame> feed) {
            this.feed = feed;
        }

        /** Sets the size of the terminal. */
        abstract void size(int rows, int columns);

        /** Asked when all is over. */
        abstract int code() throws InterruptedException;

        @Override
        public void resize(int columns, int rows) throws InterruptedException {
            // The library's arguments are height and width.
            Deadlines.run("resize", deadline, () -> size(rows, columns));
        }

        @Override
        public int exitCode() throws InterruptedException {
            feed.awaitEnd();
            return code();
        }

        @Override
        public void close() {
            feed.close();
        }
    }

    /** Who is attached to a container. */
    private final class Attachment extends Conversation {

        private final String id;

        Attachment(String id, Feed<Frame> feed) {
            super(feed);
            this.id = id;
        }

        @Override
        void size(int rows, int columns) {
            client.resizeContainerCmd(id).withSize(rows, columns).exec();
        }

        @Override
        int code() {
            return 0;
        }
    }

    /** A command that runs. */
    private final class Exec extends Conversation {

        private final String id;

        Exec(String id, Feed<Frame> feed) {
            super(feed);
            this.id = id;
        }

        @Override
        void size(int rows, int columns) {
            client.resizeExecCmd(id).withSize(rows, columns).exec();
        }

        @Override
        int code() throws InterruptedException {
            Long code = Deadlines.call(
                    "inspect exec",
                    deadline,
                    () -> Answers.orElse(client.inspectExecCmd(id).exec().getExitCodeLong(), -1L));
            return Math.toIntExact(code);
        }
    }

    /** The first sample of a stream comes at once; a single sample on request would take the engine two seconds. */
    ContainerStats stats(String id) throws InterruptedException {
        AtomicReference<@Nullable Statistics> sample = new AtomicReference<>();
        try (Feed<Statistics> feed = new Feed<>(item -> {
            sample.compareAndSet(null, item);
            return false;
        })) {
            client.statsCmd(id).exec(feed);
            boolean came = feed.awaitEnd(deadline);
            Statistics first = sample.get();
            if (!came || first == null) {
                throw new EngineException(Kind.TIMEOUT, "the engine gave no statistics of " + id);
            }
            return Answers.stats(first);
        }
    }

    void events(Consumer<EngineEvent> listener) throws InterruptedException {
        try (Feed<Event> feed = new Feed<>(event -> {
            event(event).ifPresent(listener);
            return true;
        })) {
            client.eventsCmd()
                    .withEventTypeFilter(EventType.CONTAINER, EventType.IMAGE)
                    .withEventFilter(
                            "start",
                            "die",
                            "health_status",
                            "destroy",
                            "pull",
                            "tag",
                            "untag",
                            "delete",
                            "import",
                            "load")
                    .exec(feed);
            feed.awaitStart("events", deadline);
            listener.accept(new EngineEvent.Connected());
            feed.awaitEnd();
        }
    }

    private Optional<EngineEvent> event(Event event) {
        if (event.getType() == EventType.IMAGE) {
            return Optional.of(new EngineEvent.ImagesChanged());
        }
        String action = Answers.orElse(event.getAction(), "");
        var actor = event.getActor();
        Map<String, String> labels =
                actor == null ? Map.of() : Answers.orElse(actor.getAttributes(), Map.<String, String>of());
        String workload = labels.getOrDefault(Labels.WORKLOAD, "");
        if (!nodeId.equals(labels.get(Labels.NODE)) || workload.isEmpty() || actor == null) {
            return Optional.empty();
        }
        return change(action)
                .map(change -> new EngineEvent.Changed(
                        Answers.orElse(actor.getId(), ""),
                        workload,
                        labels.getOrDefault(Labels.CONTAINER, ""),
                        change));
    }

    private static Optional<EngineEvent.Change> change(String action) {
        if (action.startsWith("health_status")) {
            return Optional.of(EngineEvent.Change.HEALTH);
        }
        return switch (action) {
            case "start" -> Optional.of(EngineEvent.Change.STARTED);
            case "die" -> Optional.of(EngineEvent.Change.DIED);
            case "destroy" -> Optional.of(EngineEvent.Change.REMOVED);
            default -> Optional.empty();
        };
    }
}
